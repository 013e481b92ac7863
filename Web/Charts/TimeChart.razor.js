import "../lib/chart.js/chart.umd.min.js";

const minute = 60_000, hour = 60 * minute, day = 24 * hour;
const windows = [["minute", minute], ["hour", hour], ["day", day]];
const steps = [1, 2, 5, 10, 15, 30].map(n => n * minute)
  .concat([1, 2, 3, 6, 12].map(n => n * hour), [1, 2, 7, 14, 28, 91, 182, 364].map(n => n * day));
const tickWidth = 56;

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });
const utc = options => new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
const clock = utc({ hour: "2-digit", minute: "2-digit" });
const date = utc({ day: "numeric", month: "short" });
const fullDate = utc({ weekday: "short", day: "numeric", month: "short", year: "numeric" });

export function create(canvas) {
  let data = null;
  let chart = null;
  const repaint = () => {
    if (!data) return;
    chart ??= new Chart(canvas, { type: "bar", data: { datasets: [] }, options: options(() => data) });
    paint(chart, data);
    chart.update("none");
    canvas.dataset.drawn = data.starts.at(-1);
  };
  const themes = new MutationObserver(repaint);
  themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  document.fonts.ready.then(repaint);
  return {
    draw(json) {
      data = JSON.parse(json);
      data.starts = data.starts.map(Date.parse);
      [data.windowName, data.length] = windows[data.window];
      repaint();
    },
    remove() {
      themes.disconnect();
      data = null;
      chart?.destroy();
    },
  };
}

function options(data) {
  return {
    animation: false,
    maintainAspectRatio: false,
    interaction: { mode: "index", intersect: false },
    scales: {
      x: {
        type: "linear",
        stacked: true,
        offset: false,
        grid: { drawOnChartArea: false, tickLength: 5 },
        border: {},
        ticks: { autoSkip: false, maxRotation: 0, callback: tickLabel },
        title: { display: true, text: "UTC", align: "end", padding: 0 },
        afterBuildTicks: axis => { axis.ticks = ticks(axis, data()); },
      },
      y: {
        stacked: true,
        beginAtZero: true,
        grace: "4%",
        grid: {},
        border: { display: false },
        ticks: { maxTicksLimit: 6, padding: 6, callback: value => compact.format(value) },
        title: { display: true },
      },
    },
    plugins: {
      legend: { display: false },
      tooltip: {
        filter: item => item.raw.y !== null,
        itemSort: (a, b) => b.raw.y - a.raw.y,
        padding: 10,
        boxPadding: 4,
        callbacks: {
          title: items => items.length ? windowTitle(items[0].raw.start, data().length) : "",
          label: item => ` ${item.dataset.label}  ${item.raw.text}`,
        },
      },
    },
  };
}

function paint(chart, data) {
  const style = getComputedStyle(document.documentElement);
  const colour = name => style.getPropertyValue(name).trim();
  const font = { family: getComputedStyle(document.body).fontFamily, size: 12 };
  const whole = data.series.every(series => series.points.every(point => !point || Number.isInteger(point.value)));
  const { x, y } = chart.options.scales;

  chart.data.datasets = data.series.map(series => ({
    label: series.name,
    type: data.addsUp ? "bar" : "line",
    backgroundColor: colour(`--chart-${series.colour}`),
    borderColor: colour(`--chart-${series.colour}`),
    borderWidth: data.addsUp ? 0 : 2,
    pointRadius: 2,
    categoryPercentage: 1,
    barPercentage: .86,
    maxBarThickness: 56,
    data: series.points.map((point, i) => ({
      x: data.starts[i] + data.length / 2,
      y: point ? point.value : null,
      text: point?.text,
      start: data.starts[i],
    })),
  }));
  x.min = data.starts[0];
  x.max = data.starts.at(-1) + data.length;
  y.ticks.precision = whole ? 0 : undefined;
  y.suggestedMax = whole ? 4 : undefined;
  x.stacked = y.stacked = data.addsUp;
  y.title.text = `${data.unit} per ${data.windowName}`;
  x.border.color = y.grid.color = x.grid.color = colour("--chart-grid");
  for (const axis of [x, y]) {
    axis.ticks.color = axis.title.color = colour("--chart-text");
    axis.ticks.font = axis.title.font = font;
  }
  Object.assign(chart.options.plugins.tooltip, {
    titleFont: { ...font, weight: 600 },
    bodyFont: font,
    titleColor: colour("--chart-tooltip-text"),
    bodyColor: colour("--chart-tooltip-text"),
    backgroundColor: colour("--chart-tooltip"),
  });
}

// Whole minutes, hours and days of UTC, as many as are readable at this width; a day's label stands below its bar.
function ticks(axis, data) {
  if (!data) return [];
  const room = Math.max(2, Math.floor((axis.width || axis.chart.width) / tickWidth));
  const step = steps.find(s => s >= data.length && (axis.max - axis.min) / s <= room) ?? steps.at(-1);
  const shift = data.length === day ? day / 2 : 0;
  const found = [];
  for (let at = Math.ceil(axis.min / step) * step; at + shift <= axis.max; at += step)
    found.push({ value: at + shift });
  axis.step = step;
  return found;
}

// A day has its date; an hour its clock, with the date below where the day begins and at the first tick.
function tickLabel(value, index) {
  if (this.step >= day) return date.format(value);
  return index === 0 || value % day === 0 ? [clock.format(value), date.format(value)] : clock.format(value);
}

function windowTitle(start, length) {
  return length === day
    ? `${fullDate.format(start)} UTC`
    : `${fullDate.format(start)}, ${clock.format(start)}–${clock.format(start + length)} UTC`;
}
