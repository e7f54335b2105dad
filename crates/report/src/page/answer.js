// The charts of an answer: lines over one axis, with a second scale on the right where the units differ.

function traceOf(theme, series, index) {
  return {
    type: "scatter", mode: series.points.length > 40 ? "lines" : "lines+markers", name: series.name,
    x: series.points.map((point) => point[0]), y: series.points.map((point) => point[1]),
    yaxis: series.right ? "y2" : "y",
    line: { width: 2, color: theme.classes[index % theme.classes.length], dash: series.right ? "dash" : "solid" },
    marker: { size: 6 }, hovertemplate: "%{y:,.4~g}",
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
  return axis.logarithmic ? { title, type: "log", dtick: 1, tickformat: "~s" } : { title, tickformat: ",~g" };
}

function answerChart(chart) {
  return (theme) => {
    const traces = chart.series.map((series, index) => traceOf(theme, series, index));
    const more = { xaxis: scale(chart.across, named(chart)), yaxis: scale(chart.up), ...levelsOf(theme, chart) };
    if (chart.up_right) {
      more.yaxis2 = { ...scale(chart.up_right), overlaying: "y", side: "right", showgrid: false, fixedrange: true, automargin: true };
    }
    const legend = { orientation: "h", x: 0, y: -0.26, yanchor: "top", font: { color: theme.muted } };
    return [traces, layout(theme, { ...more, legend, height: 380, margin: { l: 60, r: 24, t: 24, b: 52 } })];
  };
}

startTheme();
data.forEach((chart, index) => charts.set(`chart-${index}`, answerChart(chart)));
drawAll();
