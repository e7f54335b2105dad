"use strict";
// What every page needs: the colours of the theme, the common shape of a chart, and drawing all of them anew.

const data = JSON.parse(document.getElementById("data").textContent);
const NARROW = "(max-width: 639.98px)";
const narrow = () => matchMedia(NARROW).matches;

/** Resolves the colours of the style sheet, which depend on the theme. */
function readTheme() {
  const probe = document.createElement("span");
  document.body.append(probe);
  const colour = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const names = ["paper", "ink", "muted", "line", "accent", "of", "covered", "on", "lost", "expense", "bad-side"];
  const theme = Object.fromEntries(names.map((name) => [name, colour(name)]));
  theme.classes = Array.from({ length: 8 }, (_, index) => colour(`class-${index}`));
  theme.font = getComputedStyle(document.body).fontFamily;
  probe.remove();
  return theme;
}

/** The same colour with another opacity. */
function faded(colour, alpha) {
  const parts = colour.match(/[\d.]+/g) ?? ["128", "128", "128"];
  return `rgba(${parts.slice(0, 3).join(", ")}, ${alpha})`;
}

const classColour = (theme, index) => theme.classes[index % theme.classes.length];

function layout(theme, more) {
  const axis = { gridcolor: theme.line, zerolinecolor: theme.line, linecolor: theme.line, fixedrange: true, automargin: true };
  const { xaxis, yaxis, ...rest } = more;
  return {
    paper_bgcolor: theme.paper,
    plot_bgcolor: theme.paper,
    font: { family: theme.font, size: 13, color: theme.ink },
    margin: { l: 52, r: 16, t: rest.title ? 44 : 20, b: 36 },
    hovermode: "x unified",
    hoverlabel: { bgcolor: theme.paper, bordercolor: theme.line, font: { family: theme.font, size: 13, color: theme.ink } },
    legend: { orientation: "h", x: 0, y: -0.14, yanchor: "top", font: { color: theme.muted } },
    dragmode: false,
    xaxis: { ...axis, showgrid: false, tickangle: 0, nticks: narrow() ? 5 : 9, ...xaxis },
    yaxis: { ...axis, ...yaxis },
    ...rest,
  };
}

const heading = (theme, text) => ({ text, x: 0.02, xanchor: "left", y: 0.96, yanchor: "top", font: { size: 14, color: theme.ink } });

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
