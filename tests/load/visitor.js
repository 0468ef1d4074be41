// A person at a browser as far as a load test needs one: cookies, forms, files, and connections kept
// open; how long each answer took goes to `taken`. Redirects are not followed: who opens the next
// page asks for it.
import { Agent, request } from 'node:http';

export const PASSWORD = 'кедровый бор у реки';

// Up to so many connections that all visitors share, as they would share a proxy's.
export const connections = (most) => new Agent({ keepAlive: true, maxSockets: most, scheduling: 'fifo' });

export class Visitor {
  cookies = new Map();

  constructor(base, agent, taken = () => {}) {
    Object.assign(this, { base, agent, taken });
  }

  cookie = () => [...this.cookies].map((pair) => pair.join('=')).join('; ');

  // Asks for a page or sends a form. `since` is when the answer was due to be asked for.
  ask(path, { name = path, body, headers, since = performance.now() } = {}) {
    return new Promise((done, failed) => {
      const asked = request(new URL(path, this.base), {
        agent: this.agent,
        method: body ? 'POST' : 'GET',
        headers: {
          cookie: this.cookie(),
          ...(body && { 'content-length': body.length, 'sec-fetch-site': 'same-origin' }),
          ...headers,
        },
      }, (answer) => {
        const parts = [];
        answer.on('data', (part) => parts.push(part));
        answer.on('error', failed);
        answer.on('end', () => {
          for (const line of answer.headers['set-cookie'] ?? []) {
            const [pair] = line.split(';');
            this.cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
          }
          const { statusCode: status, headers: { location } } = answer;
          this.taken({ name, status, milliseconds: performance.now() - since });
          if (status >= 400) failed(new Error(`${name}: ${status} ${said(Buffer.concat(parts).toString())}`));
          else done({ status, location, text: () => Buffer.concat(parts).toString() });
        });
      });
      asked.on('error', (error) => {
        this.taken({ name, status: 0, milliseconds: performance.now() - since });
        failed(error);
      });
      asked.end(body);
    });
  }

  async page(path, options) {
    return (await this.ask(path, options)).text();
  }

  // Opens a page and sends its form to `action`, by a button of the form `of` if that is another, with
  // what is typed and the files; the server must say «done» by leading on.
  async send(path, action, typed = {}, files = [], { name = action, of = action, since } = {}) {
    const shown = fields(await this.page(path, { name: `${name}: its page`, since }), of);
    const all = { ...shown, ...typed };
    const form = files.length ? multipart(all, files) : { body: Buffer.from(String(new URLSearchParams(all))), type: 'application/x-www-form-urlencoded' };
    const answer = await this.ask(action, { name, body: form.body, headers: { 'content-type': form.type } });
    if (answer.status !== 303) throw new Error(`${name}: ${answer.status} ${said(answer.text())}`);
    return answer;
  }

  async signIn(login, since) {
    await this.send('/login', '/login', { login, username: login, password: PASSWORD }, [], { name: 'sign-in', since });
    const led = await this.ask('/cabinet', { name: 'sign-in: the cabinet' });
    if (led.status !== 303) throw new Error(`${login}: no cabinet`);
    return led.location;
  }
}

const unescaped = (text) => text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
const attribute = (tag, name) => unescaped(tag.match(new RegExp(`\\s${name}="([^"]*)"`))?.[1] ?? '');

// What a form on a page would send as it stands.
function fields(page, action) {
  const from = page.search(new RegExp(`<form[^>]* action="${action.replaceAll(/[?.]/g, '\\$&')}"`));
  if (from < 0) throw new Error(`no form to ${action}: ${said(page)}`);
  const form = page.slice(from, page.indexOf('</form>', from));
  const found = {};
  for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
    const kind = attribute(tag, 'type');
    if (kind === 'file' || (/^(radio|checkbox)$/.test(kind) && !/\schecked/.test(tag))) continue;
    found[attribute(tag, 'name')] = attribute(tag, 'value');
  }
  for (const [, tag, options] of form.matchAll(/(<select[^>]*>)([\s\S]*?)<\/select>/g)) {
    found[attribute(tag, 'name')] = attribute(options.match(/<option[^>]*\sselected[^>]*>/)?.[0] ?? '', 'value');
  }
  for (const [, tag, text] of form.matchAll(/(<textarea[^>]*>)([\s\S]*?)<\/textarea>/g)) found[attribute(tag, 'name')] = unescaped(text);
  return found;
}

// A form with files: [field, name, bytes].
function multipart(typed, files) {
  const boundary = `x${Math.random().toString(36).slice(2)}x`;
  const parts = Object.entries(typed).map(([name, value]) =>
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`));
  for (const [field, name, bytes] of files) {
    parts.push(Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\n` +
      'Content-Type: application/pdf\r\n\r\n'), bytes, Buffer.from('\r\n'));
  }
  parts.push(Buffer.from(`--${boundary}--\r\n`));
  return { body: Buffer.concat(parts), type: `multipart/form-data; boundary=${boundary}` };
}

// What a page told the person.
function said(page) {
  const found = page.match(/error-summary[\s\S]{0,600}|<h1[\s\S]{0,300}/)?.[0] ?? page.slice(0, 300);
  return found.replaceAll(/<[^>]*>|\s+/g, ' ').trim();
}
