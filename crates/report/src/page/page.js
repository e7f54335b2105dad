// What happens on the page: which charts there are, the choice of a payment date.

/** Adds a place for a chart to a group of small ones. */
function place(group, id, label) {
  const element = document.createElement("div");
  element.className = "chart";
  element.id = id;
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", label);
  document.getElementById(group).append(element);
}

function registerCharts() {
  charts.set("chart-flow", flow(0));
  charts.set("chart-balances", balances);
  charts.set("chart-collateral", collateral);
  charts.set("chart-payees", payees);
  // A deal that has only closed has paid nothing since.
  const paid = Object.values(data.kinds).some((series) => series.some((amount) => amount > 0));
  document.getElementById("kinds").hidden = !paid;
  if (paid) charts.set("chart-kinds", kinds);
  data.classes.forEach((one, index) => charts.set(`chart-returns-${index}`, returnsOf(one)));
  data.tests.forEach((test, index) => {
    place("test-charts", `chart-test-${index}`, `Test ${test.name} against its levels, by payment date`);
    charts.set(`chart-test-${index}`, testOf(test));
  });
  data.inputs.forEach((input, index) => {
    place("input-charts", `chart-input-${index}`, `${input.name} in ${input.unit}, marked by how each value is known`);
    charts.set(`chart-input-${index}`, inputOf(input));
  });
}

function fillLines(lines) {
  const rows = lines.map((cells) => {
    const row = document.createElement("tr");
    cells.forEach((cell, column) => {
      const element = document.createElement(column === 0 ? "th" : "td");
      if (column === 0) element.scope = "row";
      if (column > 2) element.className = "n";
      element.textContent = cell;
      row.append(element);
    });
    return row;
  });
  document.querySelector("#flow-lines tbody").replaceChildren(...rows);
}

function showFlow(index) {
  const chosen = Math.min(Math.max(index, 0), data.flows.length - 1);
  document.getElementById("flow-pick").value = String(chosen);
  document.getElementById("flow-slide").value = String(chosen);
  document.getElementById("flow-slide").setAttribute("aria-valuetext", data.flows[chosen].label);
  document.getElementById("flow-before").disabled = chosen === 0;
  document.getElementById("flow-after").disabled = chosen === data.flows.length - 1;
  charts.set("chart-flow", flow(chosen));
  fillLines(data.flows[chosen].lines);
  draw("chart-flow");
}

function startFlow() {
  const pick = document.getElementById("flow-pick");
  const slide = document.getElementById("flow-slide");
  pick.append(...data.flows.map((one, index) => new Option(one.label, String(index))));
  slide.max = String(data.flows.length - 1);
  pick.addEventListener("change", () => showFlow(Number(pick.value)));
  slide.addEventListener("input", () => showFlow(Number(slide.value)));
  document.getElementById("flow-before").addEventListener("click", () => showFlow(Number(pick.value) - 1));
  document.getElementById("flow-after").addEventListener("click", () => showFlow(Number(pick.value) + 1));
  document.getElementById("flow-controls").hidden = false;
  showFlow(0);
}

startTheme();
registerCharts();
startFlow();
drawAll();
