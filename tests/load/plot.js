// The latencies of the scenarios over the answers a second, as a small SVG.
const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [760, 420, 64, 52, 24, 16];
const COLOURS = ['#1d70b8', '#00703c', '#d4351c'];

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

export function plot(lines, broken) {
  const points = lines.flatMap((line) => line.points);
  const most = Math.ceil(Math.max(...points.map((point) => point.answered)) / 50) * 50;
  const [low, high] = [0, Math.ceil(Math.log10(Math.max(broken * 2, ...points.map((point) => point.p99))))];
  const x = (answered) => LEFT + (answered / most) * (WIDTH - LEFT - RIGHT);
  const y = (milliseconds) => HEIGHT - BOTTOM - ((Math.log10(Math.max(1, milliseconds)) - low) / (high - low)) * (HEIGHT - BOTTOM - TOP);
  const titles = [...new Set(lines.map((line) => line.title))];
  const sizes = [...new Set(lines.map((line) => line.applications))];
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img">`,
    '<title>p99 of the answers over answers a second</title>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
  ];
  const text = (at, down, words, more = '') => parts.push(`<text x="${at}" y="${down}" ${more}>${escaped(words)}</text>`);
  for (let power = low; power <= high; power += 1) {
    const down = y(10 ** power);
    parts.push(`<path d="M${LEFT} ${down}H${WIDTH - RIGHT}" stroke="#ddd"/>`);
    text(LEFT - 8, down + 4, `${10 ** power} ms`, 'text-anchor="end"');
  }
  for (let n = 0; n <= 5; n += 1) text(x((most * n) / 5), HEIGHT - BOTTOM + 18, String((most * n) / 5), 'text-anchor="middle"');
  text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, 'answers a second', 'text-anchor="middle"');
  text(LEFT, TOP - 8, 'p99, waiting counted from the moment somebody came');
  parts.push(`<path d="M${LEFT} ${y(broken)}H${WIDTH - RIGHT}" stroke="#505a5f" stroke-dasharray="2 4"/>`);
  for (const line of lines) {
    const colour = COLOURS[titles.indexOf(line.title)];
    const dashed = sizes.indexOf(line.applications) === 0 ? 'stroke-dasharray="6 4"' : '';
    const path = line.points.map((point) => `${x(point.answered).toFixed(1)} ${y(point.p99).toFixed(1)}`).join('L');
    parts.push(`<path d="M${path}" fill="none" stroke="${colour}" stroke-width="2" ${dashed}/>`);
    for (const point of line.points) parts.push(`<circle cx="${x(point.answered).toFixed(1)}" cy="${y(point.p99).toFixed(1)}" r="2.5" fill="${colour}"/>`);
  }
  for (const [n, title] of titles.entries()) {
    parts.push(`<path d="M${LEFT + 12} ${TOP + 14 + 18 * n}h24" stroke="${COLOURS[n]}" stroke-width="2"/>`);
    text(LEFT + 42, TOP + 18 + 18 * n, title);
  }
  for (const [n, size] of sizes.entries()) {
    const down = TOP + 14 + 18 * (titles.length + n);
    parts.push(`<path d="M${LEFT + 12} ${down}h24" stroke="#0b0c0c" stroke-width="2" ${n === 0 ? 'stroke-dasharray="6 4"' : ''}/>`);
    text(LEFT + 42, down + 4, `${size} applications`);
  }
  return `${parts.join('\n')}\n</svg>\n`;
}
