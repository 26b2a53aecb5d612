// Draws every <div data-chart="id"> from the option in the script block of that id. Colours are the page's own.
"use strict";

const drawn = new Map();
const options = new WeakMap();
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function colours() {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(name).trim();
}

function axis(given, colour) {
  const text = { color: colour("--ink-2"), fontSize: 12 };
  const line = { lineStyle: { color: colour("--line-strong") } };
  return {
    axisLine: { show: given.type === "category", ...line },
    axisTick: { show: false },
    splitLine: { show: given.type === "value" || given.type === "log", lineStyle: { color: colour("--line") } },
    ...given,
    axisLabel: { ...text, hideOverlap: true, ...given.axisLabel },
    nameTextStyle: text,
  };
}

function boxSeries(series, colour) {
  return {
    ...series,
    itemStyle: { color: colour("--accent-soft"), borderColor: colour("--chart-1"), borderWidth: 1.5 },
    tooltip: { formatter: (point) => boxWords(point, series.ends ?? ["5th percentile", "95th percentile"]) },
  };
}

function boxWords(point, [low, high]) {
  const names = [low, "25th percentile", "median", "75th percentile", high];
  const values = point.data.slice(-5).map((value, position) => `${names[position]}: ${Number(value).toPrecision(3)}`);
  return [point.name.replace("\n", ", "), ...values].join("\n");
}

// Cells go from the page's softest tone to its strongest; their words take the tone that stands out.
function heatSeries(series, option, colour) {
  const { min, max } = option.visualMap;
  const dark = (value) => value > min + 0.6 * (max - min);
  const data = series.data.map((value) => ({ value, label: { color: colour(dark(value[2]) ? "--on-accent" : "--ink") } }));
  return {
    ...series,
    data,
    label: { fontSize: 11, formatter: (point) => short(point.value[2]), ...series.label },
    itemStyle: { borderColor: colour("--surface"), borderWidth: 2 },
    emphasis: { itemStyle: { borderColor: colour("--ink"), borderWidth: 1.5 } },
    tooltip: { formatter: ({ value: [x, y, found] }) => `${option.yAxis.data[y]}, ${option.xAxis.data[x]}: ${short(found)}` },
  };
}

function short(value) {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
}

function tones(given, colour) {
  if (!given) return given;
  return { ...given, inRange: { color: [colour("--accent-soft"), colour("--accent")] }, textStyle: { color: colour("--ink-2"), fontSize: 12 } };
}

function markLine(given, colour) {
  if (!given) return given;
  return {
    ...given,
    lineStyle: { color: colour("--above"), type: "dashed", width: 1.25 },
    label: { color: colour("--above"), fontSize: 11, ...given.label },
    animation: false,
  };
}

function markArea(given, colour) {
  if (!given) return given;
  const name = { show: true, position: "insideTop", color: colour("--ink-2"), fontSize: 11 };
  const fill = { color: colour(given.colour ?? "--accent-soft"), opacity: given.colour ? 0.6 : 0.9 };
  return { ...given, itemStyle: fill, label: name, animation: false };
}

function themed(option) {
  const colour = colours();
  const font = getComputedStyle(document.body).fontFamily;
  const series = option.series.map((one) => {
    const marked = { ...one, markLine: markLine(one.markLine, colour), markArea: markArea(one.markArea, colour) };
    if (one.type === "heatmap") return heatSeries(marked, option, colour);
    return one.type === "boxplot" ? boxSeries(marked, colour) : marked;
  });
  return {
    ...option,
    animation: !calm.matches,
    animationDuration: 250,
    textStyle: { fontFamily: font, color: colour("--ink") },
    color: option.color.map(colour),
    aria: { ...option.aria, decal: { show: series.length > 1 && series[0].type === "bar", decals: decals(colour) } },
    legend: { ...option.legend, textStyle: { color: colour("--ink-2"), fontSize: 12 }, itemWidth: 12, itemHeight: 12, pageTextStyle: { color: colour("--ink-2") }, pageIconColor: colour("--ink-2") },
    tooltip: {
      ...option.tooltip,
      backgroundColor: colour("--surface"),
      borderColor: colour("--line-strong"),
      textStyle: { color: colour("--ink"), fontSize: 12, fontFamily: font },
    },
    visualMap: tones(option.visualMap, colour),
    xAxis: axis(option.xAxis, colour),
    yAxis: axis(option.yAxis, colour),
    series,
  };
}

function decals(colour) {
  const ink = { color: colour("--surface") };
  return [
    { symbol: "none" },
    { ...ink, dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4 },
    { ...ink, symbol: "circle", dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [5, 0], symbolSize: 0.5 },
    { ...ink, dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: Math.PI / 4 },
    { ...ink, dashArrayX: [1, 0], dashArrayY: [3, 4] },
    { ...ink, symbol: "rect", dashArrayX: [[4, 4], [0, 4, 4, 0]], dashArrayY: [4, 0], symbolSize: 0.6 },
  ];
}

// Numbers of lines that would lie over each other become one, "2, 3" or "2–5", at the line in their middle.
function spread(chart, option) {
  const at = option.series.findIndex((one) => one.markLine && one.markLine.data.length > 1);
  if (at < 0) return;
  const lines = option.series[at].markLine.data;
  const axisName = "xAxis" in lines[0] ? "xAxis" : "yAxis";
  const places = lines.map((line) => chart.convertToPixel({ [`${axisName}Index`]: 0 }, line[axisName]));
  const shown = new Map(together(places, axisName === "xAxis").map((group) => [middle(group), group]));
  const data = lines.map((line, position) => labelled(line, shown.get(position), lines));
  const series = option.series.map((one, position) => (position === at ? { ...one, markLine: { ...one.markLine, data } } : one));
  chart.setOption({ series });
}

function labelled(line, group, lines) {
  if (!group) return { ...line, label: { show: false } };
  const names = group.map((position) => lines[position].name);
  const words = names.length > 2 ? `${names[0]}–${names.at(-1)}` : names.join(", ");
  return { ...line, label: { show: true, formatter: words } };
}

// Positions of lines in groups whose labels keep apart, in the order of their places.
function together(places, acrossWidth) {
  const order = places.map((_, position) => position).sort((one, other) => places[one] - places[other]);
  const size = (group) => (acrossWidth ? (group.length > 1 ? 34 : 14) : 16);
  const distance = (one, other) => Math.abs(places[middle(one)] - places[middle(other)]);
  const groups = [];
  for (const position of order) {
    groups.push([position]);
    while (groups.length > 1) {
      const [before, last] = groups.slice(-2);
      if (distance(before, last) >= (size(before) + size(last)) / 2) break;
      groups.splice(-2, 2, [...before, ...last]);
    }
  }
  return groups.map((group) => group.sort((one, other) => one - other));
}

function middle(group) {
  return group[Math.floor((group.length - 1) / 2)];
}

function draw(place) {
  const source = document.getElementById(place.dataset.chart);
  if (!source) return;
  const chart = drawn.get(place) ?? echarts.init(place, null, { renderer: "canvas" });
  drawn.set(place, chart);
  const option = themed(JSON.parse(source.textContent));
  chart.setOption(option, true);
  options.set(place, option);
  spread(chart, option);
  place.dataset.drawn = "yes";
}

function drawAll() {
  for (const [place, chart] of drawn) {
    if (!place.isConnected) {
      chart.dispose();
      drawn.delete(place);
    }
  }
  for (const place of document.querySelectorAll("[data-chart]")) draw(place);
}

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const chart = drawn.get(target);
    if (!chart) continue;
    chart.resize();
    spread(chart, options.get(target));
  }
});

drawAll();
for (const place of drawn.keys()) sizes.observe(place);
document.addEventListener("themechange", drawAll);
dark.addEventListener("change", drawAll);
document.addEventListener("htmx:after:swap", () => {
  drawAll();
  for (const place of drawn.keys()) sizes.observe(place);
});
