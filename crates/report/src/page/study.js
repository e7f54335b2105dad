// A study's charts. Each kind is a function from its numbers and the colours of the theme to what the library draws.

const share = { tickformat: ".0%", hoverformat: ".2%" };
const closest = { hovermode: "closest", showlegend: false };

/** Percentiles over time: bands around the median, the wider the paler. */
function fan(chart, theme) {
  const middle = (chart.names.length - 1) / 2;
  const edge = (row, fill) => ({
    type: "scatter", mode: "lines", name: chart.names[row], x: chart.dates, y: chart.values[row],
    line: { width: row === middle ? 2.5 : 0, color: theme.accent }, fill, fillcolor: faded(theme.accent, 0.16),
  });
  const traces = [];
  for (let row = 0; row < middle; row += 1) {
    traces.push(edge(row, "none"), edge(chart.names.length - 1 - row, "tonexty"));
  }
  traces.push(edge(middle, "none"));
  const yaxis = { rangemode: "tozero", ...(chart.percent ? share : { hoverformat: ".2f" }) };
  return [traces, layout(theme, { title: heading(theme, chart.title), showlegend: false, yaxis })];
}

function bars(chart, theme) {
  const trace = {
    type: "bar", x: chart.edges.map(([from, to]) => (from + to) / 2), width: chart.edges.map(([from, to]) => to - from),
    y: chart.shares, marker: { color: theme.accent }, hovertemplate: "%{x:.1%}: %{y:.2%} of paths<extra></extra>",
  };
  const xaxis = { tickformat: ".0%" };
  return [[trace], layout(theme, { title: heading(theme, chart.title), ...closest, bargap: 0.05, xaxis, yaxis: share })];
}

function heatMap(chart, theme) {
  const trace = {
    type: "heatmap", x: chart.columns, y: chart.rows, z: chart.values, xgap: 1, ygap: 1, zmin: 0, zmax: 1,
    colorscale: [[0, faded(theme.on, 0.15)], [0.001, faded(theme.lost, 0.15)], [1, theme.lost]], showscale: false,
    text: chart.values.map((row) => row.map((value) => (value > 0 ? `${(100 * value).toFixed(value < 0.1 ? 1 : 0)} %` : ""))),
    texttemplate: "%{text}", textfont: { size: 11, color: theme.ink },
    hovertemplate: `${chart.down} %{y}, ${chart.across} %{x}: %{z:.2%}<extra></extra>`,
  };
  const axis = { type: "category", showgrid: false };
  const named = (text) => ({ ...axis, title: { text, font: { size: 12, color: theme.muted } } });
  const height = 120 + 26 * chart.rows.length;
  return [[trace], layout(theme, { title: heading(theme, chart.title), ...closest, height, xaxis: named(chart.across), yaxis: named(chart.down) })];
}

function tornado(chart, theme) {
  const drivers = [...chart.drivers].reverse();
  const side = (name, values, colour) => ({
    type: "bar", orientation: "h", name, y: drivers, base: chart.base, x: [...values].reverse().map((value) => value - chart.base),
    customdata: [...values].reverse(), marker: { color: colour }, hovertemplate: `%{y} ${name}: %{customdata:.3%}<extra></extra>`,
  });
  const traces = [side("a tenth lower", chart.lower, theme.lost), side("a tenth higher", chart.higher, theme.accent)];
  const height = 130 + 26 * drivers.length;
  const frame = { title: heading(theme, chart.title), barmode: "overlay", height, hovermode: "closest" };
  return [traces, layout(theme, { ...frame, xaxis: { ...share, showgrid: true, tickformat: ".1%" }, yaxis: { ticksuffix: " ", showgrid: false } })];
}

function lines(chart, theme) {
  const traces = chart.lines.map(([name, points], index) => ({
    type: "scatter", mode: "lines+markers", name, x: points.map((point) => point[0]), y: points.map((point) => point[1]),
    error_y: { type: "data", array: points.map((point) => point[2]), thickness: 1, width: 2, color: faded(classColour(theme, index), 0.6) },
    line: { color: classColour(theme, index), width: 2 }, marker: { size: 4 },
  }));
  const xaxis = { type: chart.logarithmic ? "log" : "linear", title: { text: chart.along, font: { size: 12, color: theme.muted } } };
  return [traces, layout(theme, { title: heading(theme, chart.title), xaxis, yaxis: { ...share, rangemode: "tozero", tickformat: ".1%" } })];
}

const kindsOfChart = { fan, bars, heat_map: heatMap, tornado, lines };

function drawStudy() {
  const theme = readTheme();
  data.charts.forEach((chart, index) => {
    const element = document.getElementById(`chart-${index}`);
    const [traces, shape] = kindsOfChart[chart.kind](chart, theme);
    element.style.minHeight = shape.height ? `${shape.height}px` : "";
    Plotly.react(element, traces, shape, { displayModeBar: false, responsive: true, scrollZoom: false });
  });
}

drawStudy();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawStudy);
matchMedia(NARROW).addEventListener("change", drawStudy);
