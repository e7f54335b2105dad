// Every chart is a function from the data and the colours of the theme to what the charting library draws.

const amounts = { tickformat: "~s", rangemode: "tozero", hoverformat: ",.0f" };

/** What holds on the last date holds after it, as long as it was before or for a month, so that its step can be seen. */
const held = (values) => [...values, values.at(-1)];
const heldDates = held(data.dates);
if (data.dates.length) {
  const month = 30 * 24 * 3600 * 1000;
  const [before, last] = [data.dates.at(-2), data.dates.at(-1)].map((date) => Date.parse(date));
  heldDates[heldDates.length - 1] = new Date(last + (last - before || month)).toISOString().slice(0, 10);
}

function line(theme, name, y, style) {
  return { type: "scatter", mode: "lines", name, x: heldDates, y: held(y), line: { shape: "hv", width: 2, ...style }, connectgaps: false };
}

/** A band of a stack. Balances hold between payment dates, so the bands are steps. */
function band(name, y, colour, group) {
  return {
    type: "scatter", mode: "lines", name, x: heldDates, y: held(y), stackgroup: group,
    line: { shape: "hv", width: 0.5, color: colour }, fillcolor: faded(colour, 0.75),
  };
}

function balances(theme) {
  const notes = data.classes.map((one, index) => ({ one, index })).filter(({ one }) => !one.equity);
  const bands = notes.map(({ one, index }) => band(one.name, one.balance, classColour(theme, index), "owed"));
  const backing = data.exit_value.map((value, index) => value + data.cash[index]);
  const backed = line(theme, "exit value + cash", backing, { color: theme.ink, width: 2.5 });
  return [[...bands, backed], layout(theme, { yaxis: amounts })];
}

function collateral(theme) {
  const traces = [
    line(theme, "exit value", data.exit_value, { color: theme.accent, width: 2.5 }),
    line(theme, "cash held", data.cash, { color: theme.expense }),
  ];
  if (data.market_value.some((value) => value !== null)) {
    traces.unshift(line(theme, "market value", data.market_value, { color: theme.muted, dash: "dot" }));
  }
  return [traces, layout(theme, { yaxis: amounts })];
}

function returnsOf(one) {
  return (theme) => {
    const traces = [
      band("own money back", one.of_capital, theme.of, "split"),
      band("gain", one.on_capital, theme.on, "split"),
      line(theme, "put in", one.invested, { color: theme.ink, dash: "dash", width: 1.5 }),
    ];
    return [traces, layout(theme, { title: heading(theme, one.name), yaxis: amounts, showlegend: false })];
  };
}

/** Where to cut an axis: far outliers (a balance near zero) would flatten what matters. */
function testRange(test) {
  const levels = Object.values(test.levels).flat().filter((value) => value !== null);
  const values = test.values.filter((value) => value !== null);
  const top = levels.length ? Math.max(...levels) * 2.5 : Infinity;
  const high = Math.min(Math.max(...values, ...levels, 0), top);
  const low = Math.min(...values, ...levels, 0);
  return [Math.max(low, -high) * 1.05, high * 1.08 || 1];
}

function testOf(test) {
  return (theme) => {
    const range = testRange(test);
    const traces = [line(theme, test.name, test.values, { color: theme.accent, width: 2.5 })];
    const dashes = ["dash", "dot", "dashdot"];
    Object.entries(test.levels).forEach(([name, values], index) => {
      traces.push(line(theme, name, values, { color: theme.lost, dash: dashes[index % 3], width: 1.5 }));
    });
    const format = test.coverage ? ".2f" : ".0%";
    // One shade for each level: the worse the value, the darker.
    const firsts = Object.values(test.levels).map((values) => values.find((value) => value !== null));
    const bad = firsts.filter((level) => level !== undefined).map((level) => ({
      type: "rect", xref: "paper", x0: 0, x1: 1, layer: "below", line: { width: 0 }, fillcolor: theme["bad-side"],
      y0: level, y1: test.coverage ? range[0] : range[1],
    }));
    const side = test.coverage ? "coverage, above is good" : "leverage, below is good";
    // Without a level nothing says which side is the bad one.
    const words = traces.length > 1 ? `${test.name}: ${side}` : `${test.name}: for information`;
    const yaxis = { range, tickformat: format, hoverformat: test.coverage ? ".2f" : ".1%" };
    return [traces, layout(theme, { title: heading(theme, words), yaxis, shapes: bad })];
  };
}

function payees(theme) {
  const shown = data.payees.slice(0, 20).reverse();
  const colours = shown.map((payee) => (payee.class === null ? theme.expense : classColour(theme, payee.class)));
  const trace = {
    type: "bar", orientation: "h", y: shown.map((payee) => payee.name), x: shown.map((payee) => payee.amount),
    marker: { color: colours }, text: shown.map((payee) => payee.text), textposition: "outside", cliponaxis: false,
    hovertemplate: "%{y}: %{text}<extra></extra>",
  };
  const height = 90 + 30 * shown.length;
  const longest = Math.max(...shown.map((payee) => payee.amount), 0);
  const xaxis = { ...amounts, showgrid: true, range: [0, longest * (narrow() ? 1.6 : 1.12) || 1] };
  const yaxis = { ticksuffix: " ", showgrid: false };
  return [[trace], layout(theme, { height, hovermode: "closest", showlegend: false, xaxis, yaxis })];
}

function kinds(theme) {
  const colours = {
    expense: theme.expense, fee: theme.classes[2], interest: faded(theme.classes[6], 0.5), principal: theme.classes[6],
    distribution: theme.classes[3], use: theme.of, other: theme.muted,
  };
  const order = ["expense", "fee", "interest", "principal", "distribution", "use", "other"];
  const traces = order.filter((kind) => data.kinds[kind]).map((kind) => ({
    type: "bar", name: kind, x: data.dates, y: data.kinds[kind], marker: { color: colours[kind] },
  }));
  return [traces, layout(theme, { barmode: "stack", bargap: 0.15, yaxis: amounts })];
}

const symbols = { observed: "circle", contracted: "square", derived: "diamond", interpolated: "circle-open", carried: "square-open", assumed: "x-thin-open", scenario: "diamond-open" };

function inputOf(input) {
  return (theme) => {
    const colours = { observed: theme.accent, contracted: theme.accent, derived: theme.accent, interpolated: theme.accent, carried: theme.of, assumed: theme.lost, scenario: theme.lost };
    const path = {
      type: "scatter", mode: "lines", x: input.points.map((p) => p.date), y: input.points.map((p) => p.value),
      line: { color: theme.line, width: 1.5 }, hoverinfo: "skip", showlegend: false,
    };
    const known = Object.keys(symbols).filter((kind) => input.points.some((p) => p.known === kind));
    const traces = known.map((kind) => {
      const points = input.points.filter((p) => p.known === kind);
      return {
        type: "scatter", mode: "markers", name: kind, x: points.map((p) => p.date), y: points.map((p) => p.value),
        marker: { symbol: symbols[kind], size: 7, color: colours[kind], line: { width: 1.5, color: colours[kind] } },
        text: points.map((p) => p.source), hovertemplate: "%{x|%Y-%m-%d}: %{y}<br>%{text}<extra>" + kind + "</extra>",
      };
    });
    const title = heading(theme, `${input.name}, ${input.unit}`);
    return [[path, ...traces], layout(theme, { title, hovermode: "closest", yaxis: { rangemode: "tozero" } })];
  };
}

function nodeColour(theme, node) {
  if (node.class !== null) return classColour(theme, node.class);
  return { source: theme.accent, account: theme.muted, held: theme.of, payee: theme.expense }[node.place];
}

/** On a phone there is room for the amounts at the edges only, and for the names of larger accounts. */
function nodeLabel(node, share) {
  if (!narrow() || node.place !== "account") return `${node.name} ${node.amount}`;
  return share < 0.05 ? "" : node.name;
}

/** How much passes through each node, as a share of the largest. */
function shares(nodes, links) {
  const through = nodes.map((_, index) => {
    const sum = (end) => links.filter((one) => one[end] === index).reduce((all, one) => all + one[2], 0);
    return Math.max(sum(0), sum(1));
  });
  const most = Math.max(...through, 0) || 1;
  return through.map((amount) => amount / most);
}

function flow(index) {
  return (theme) => {
    const { nodes, links } = data.flows[index];
    const colours = nodes.map((node) => nodeColour(theme, node));
    const sizes = shares(nodes, links);
    const tallest = Math.max(...["payee", "source", "held"].map((place) => nodes.filter((n) => n.place === place).length));
    const trace = {
      type: "sankey", orientation: "h", arrangement: "snap", valueformat: ",.0f", valuesuffix: ` ${data.currency}`,
      textfont: { size: narrow() ? 11 : 13, color: theme.ink },
      node: {
        label: nodes.map((node, index) => nodeLabel(node, sizes[index])), color: colours, pad: 18, thickness: narrow() ? 8 : 14, line: { width: 0 },
        customdata: nodes.map((node) => `${node.name}: ${node.amount}`), hovertemplate: "%{customdata}<extra></extra>",
      },
      link: {
        source: links.map((one) => one[0]), target: links.map((one) => one[1]), value: links.map((one) => one[2]),
        color: links.map((one) => faded(nodes[one[1]].place === "account" ? colours[one[0]] : colours[one[1]], 0.32)),
        customdata: links.map((one) => one[3]),
        hovertemplate: "%{source.label} → %{target.label}<br>%{customdata}<extra></extra>",
      },
    };
    const height = Math.max(narrow() ? 460 : 480, 60 + 44 * tallest);
    const margin = { l: 12, r: 12, t: 20, b: 20 };
    return [[trace], layout(theme, { height, margin, hovermode: "closest" })];
  };
}
