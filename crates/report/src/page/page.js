// What happens on the page: which charts there are, the theme, the choice of a payment date.

const settings = { displayModeBar: false, responsive: true, scrollZoom: false };
const charts = new Map();
let theme = readTheme();

function draw(id) {
  const element = document.getElementById(id);
  if (!element || !charts.has(id)) return;
  const [traces, shape] = charts.get(id)(theme);
  element.style.minHeight = shape.height ? `${shape.height}px` : "";
  Plotly.react(element, traces, shape, settings);
}

function drawAll() {
  theme = readTheme();
  for (const id of charts.keys()) draw(id);
}

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

const themes = ["auto", "light", "dark"];

function applyTheme(name) {
  if (name === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  document.getElementById("theme").textContent = `Theme: ${name}`;
}

/** A page opened from a file may not be allowed to remember. */
function remembered(name) {
  try {
    if (name) localStorage.setItem("forebay-theme", name);
    return localStorage.getItem("forebay-theme");
  } catch {
    return null;
  }
}

function startTheme() {
  const button = document.getElementById("theme");
  let current = themes.includes(remembered()) ? remembered() : "auto";
  button.hidden = false;
  applyTheme(current);
  button.addEventListener("click", () => {
    current = themes[(themes.indexOf(current) + 1) % themes.length];
    remembered(current);
    applyTheme(current);
    drawAll();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  // The library follows the width by itself; what a phone has no room for is decided anew at the border.
  matchMedia(NARROW).addEventListener("change", drawAll);
}

startTheme();
registerCharts();
startFlow();
drawAll();
