// The charts of an answer. Each kind is a function from its numbers and the colours of the theme to what the library draws.

function traceOf(theme, series, index) {
  return {
    type: "scatter", mode: series.points.length > 40 ? "lines" : "lines+markers", name: series.name,
    x: series.points.map((point) => point[0]), y: series.points.map((point) => point[1]),
    yaxis: series.right ? "y2" : "y",
    line: { width: 2, color: classColour(theme, index), dash: series.right ? "dash" : "solid" },
    marker: { size: 6 }, hovertemplate: "%{y:,.4~g}",
    ...(series.errors.length > 0 && { error_y: { type: "data", array: series.errors, thickness: 1, width: 2 } }),
  };
}

/** A level is a line across the whole chart with its name at the left end. */
function levelsOf(theme, chart) {
  const height = (level) => (chart.up.logarithmic ? Math.log10(level) : level);
  const shapes = chart.levels.map(([, level]) => ({
    type: "line", xref: "paper", x0: 0, x1: 1, y0: level, y1: level, line: { color: theme.lost, width: 1.5, dash: "dot" },
  }));
  const annotations = chart.levels.map(([text, level]) => ({
    text, xref: "paper", x: 0, xanchor: "left", y: height(level), yanchor: "bottom", showarrow: false, font: { color: theme.lost, size: 12 },
  }));
  return { shapes, annotations };
}

/** A date or a name needs no format of a number. */
const named = (chart) => chart.series.some((series) => series.points.some((point) => typeof point[0] === "string"));

function scale(axis, plain) {
  const title = { text: axis.title, font: { size: 12 }, standoff: 8 };
  if (plain) return { title };
  if (axis.percent) return { title, rangemode: "tozero", tickformat: ".1%", hoverformat: ".2%" };
  return axis.logarithmic ? { title, type: "log", dtick: 1, tickformat: "~s" } : { title, tickformat: ",~g" };
}

/** Lines over one axis, with a second scale on the right where the units differ. */
function lines(chart, theme) {
  const traces = chart.series.map((series, index) => traceOf(theme, series, index));
  const more = { xaxis: scale(chart.across, named(chart)), yaxis: scale(chart.up), ...levelsOf(theme, chart) };
  if (chart.up_right) {
    more.yaxis2 = { ...scale(chart.up_right), overlaying: "y", side: "right", showgrid: false, fixedrange: true, automargin: true };
  }
  const legend = { orientation: "h", x: 0, y: -0.26, yanchor: "top", font: { color: theme.muted } };
  return [traces, layout(theme, { ...more, legend, height: 380, margin: { l: 60, r: 24, t: 24, b: 52 } })];
}

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

const kindsOfChart = { lines, fan, bars, heat_map: heatMap, tornado };

startTheme();
data.forEach((chart, index) => charts.set(`chart-${index}`, (theme) => kindsOfChart[chart.kind](chart, theme)));
drawAll();
