// A person without a browser: keeps cookies, knows forms by the words on them, and never sends
// anything twice by itself. Many of them are a load two cores can bear.
import { Agent, request } from 'node:http';

export class Visitor {
  cookies = new Map();

  // `watch` is told of every request that was answered, or was not.
  constructor(base, watch = () => {}) {
    this.base = base;
    this.watch = watch;
    this.agent = new Agent({ keepAlive: true, maxSockets: 1 });
  }

  // One request, one answer; a redirection is an answer.
  async ask(path, { method = 'GET', headers = {}, body = [] } = {}) {
    const began = performance.now();
    try {
      const answer = await this.#exchange(path, method, headers, body);
      this.watch({ method, path, status: answer.status, words: answer.heading, seconds: since(began) });
      return answer;
    } catch (error) {
      this.watch({ method, path, status: 0, words: error.code ?? error.message, seconds: since(began) });
      throw error;
    }
  }

  #exchange(path, method, headers, body) {
    const cookie = [...this.cookies].map((pair) => pair.join('=')).join('; ');
    return new Promise((done, failed) => {
      const asking = request(new URL(path, this.base), {
        method, agent: this.agent, headers: { cookie, 'sec-fetch-site': 'same-origin', ...headers },
      });
      asking.once('error', failed);
      asking.once('response', async (answer) => {
        for (const line of answer.headers['set-cookie'] ?? []) {
          const [pair] = line.split(';');
          this.cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
        }
        try {
          const parts = [];
          for await (const part of answer) parts.push(part);
          done(new Page(path, answer.statusCode, answer.headers.location, Buffer.concat(parts)));
        } catch (error) {
          failed(error);
        }
      });
      (async () => {
        for await (const part of body) if (!asking.write(part)) await new Promise((free) => asking.once('drain', free));
        asking.end();
      })().catch(failed);
    });
  }

  // A page, wherever its address leads.
  async go(path) {
    let page = await this.ask(path);
    for (let steps = 0; page.location && steps < 8; steps += 1) page = await this.ask(page.location);
    return page;
  }

  // As `send`, and wherever the answer leads.
  async press(page, button, typed) {
    const answer = await this.send(page, button, typed);
    return answer.location ? this.go(answer.location) : answer;
  }

  // Fills a form in by its labels and presses the button. `slow`: how many milliseconds the line takes.
  async send(page, button, typed = {}, { slow = 0 } = {}) {
    const form = page.form(button);
    const files = Object.entries(typed).filter(([, value]) => value instanceof Scan);
    for (const [label, value] of Object.entries(typed)) if (!(value instanceof Scan)) form.fill(label, value);
    const { headers, bytes } = files.length > 0 ? multipart(form, files) : urlencoded(form);
    return this.ask(form.action, { method: 'POST', headers, body: slowly(bytes, slow) });
  }

  close() {
    this.agent.destroy();
  }
}

// A file with its bytes.
export class Scan {
  constructor(name, bytes) {
    this.name = name;
    this.bytes = bytes;
  }
}

// What was answered.
export class Page {
  constructor(path, status, location, bytes) {
    Object.assign(this, { path, status, location, bytes });
  }

  get html() {
    return this.bytes.toString('utf8');
  }

  get heading() {
    return text(this.html.match(/<h1[^>]*>([\s\S]*?)<\/h1>/)?.[1] ?? '');
  }

  // What the summary of faults says.
  get faults() {
    return text(this.html.match(/error-summary[\s\S]*?<\/ul>/)?.[0].replace(/^[^>]*>/, '') ?? '');
  }

  says(words) {
    return text(this.html).includes(words);
  }

  // The address behind a link.
  link(words) {
    const found = [...this.html.matchAll(/<a\s[^>]*href="([^"]+)"[^>]*>([\s\S]*?)<\/a>/g)]
      .find(([, , inner]) => text(inner).includes(words))?.[1];
    if (!found) throw new Unexpected(`no link «${words}»`, this);
    return plain(found);
  }

  has(button) {
    return this.#forms(button).length > 0;
  }

  #forms(button) {
    return [...this.html.matchAll(/<form[\s\S]*?<\/form>/g)].map(([whole]) => whole).filter((whole) => buttonOf(whole, button));
  }

  form(button) {
    const [form] = this.#forms(button);
    if (!form) throw new Unexpected(`no button «${button}»`, this);
    return new Form(form, this, button);
  }
}

// A page that is not the one that was to come.
export class Unexpected extends Error {
  constructor(what, page) {
    super(`${what} on ${page.path}: ${page.status} «${page.heading}» ${page.faults}`);
    this.page = page;
  }
}

class Form {
  constructor(html, page, button) {
    Object.assign(this, { html, page, values: new Map() });
    const pressed = buttonOf(html, button);
    if (attribute(pressed, 'name')) this.values.set(attribute(pressed, 'name'), attribute(pressed, 'value'));
    this.action = attribute(html, 'action') ?? page.path;
    for (const [tag] of html.matchAll(/<input[^>]*>/g)) {
      const type = attribute(tag, 'type');
      if (type === 'file' || (['radio', 'checkbox'].includes(type) && !/\schecked/.test(tag))) continue;
      this.values.set(attribute(tag, 'name'), attribute(tag, 'value') ?? '');
    }
    for (const [, tag, options] of html.matchAll(/(<select[^>]*>)([\s\S]*?)<\/select>/g)) {
      this.values.set(attribute(tag, 'name'), attribute(options.match(/<option[^>]*\sselected[^>]*>/)?.[0] ?? '', 'value') ?? '');
    }
    for (const [, tag, inner] of html.matchAll(/(<textarea[^>]*>)([\s\S]*?)<\/textarea>/g)) {
      this.values.set(attribute(tag, 'name'), plain(inner));
    }
  }

  // The field of this label, as its tag says.
  field(label) {
    const id = [...this.html.matchAll(/<label[^>]*\sfor="([^"]+)"[^>]*>([\s\S]*?)<\/label>/g)]
      .find(([, , words]) => text(words) === label)?.[1];
    const tag = id && this.html.match(new RegExp(`<(?:input|select|textarea)[^>]*\\sid="${id}"[^>]*>`))?.[0];
    if (!tag) throw new Unexpected(`no field «${label}»`, this.page);
    return tag;
  }

  // Types, ticks (true) or chooses by the option's words.
  fill(label, value) {
    const tag = this.field(label);
    const name = attribute(tag, 'name');
    if (value === true) return this.values.set(name, attribute(tag, 'value') ?? 'on');
    if (!tag.startsWith('<select')) return this.values.set(name, value);
    const options = this.html.slice(this.html.indexOf(tag)).match(/[\s\S]*?<\/select>/)[0];
    const chosen = [...options.matchAll(/(<option[^>]*>)([^<]*)/g)].find(([, , words]) => plain(words).trim() === value);
    if (!chosen) throw new Unexpected(`no option «${value}» of «${label}»`, this.page);
    return this.values.set(name, attribute(chosen[1], 'value') ?? value);
  }
}

function urlencoded(form) {
  const bytes = Buffer.from(new URLSearchParams([...form.values]).toString());
  return { bytes, headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': bytes.length } };
}

function multipart(form, files) {
  const boundary = `----attest${Math.random().toString(36).slice(2)}`;
  const parts = [...form.values].map(([name, value]) =>
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`));
  for (const [label, file] of files) {
    const name = attribute(form.field(label), 'name');
    parts.push(Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${file.name}"\r\n`
      + 'Content-Type: application/pdf\r\n\r\n'), file.bytes, Buffer.from('\r\n'));
  }
  parts.push(Buffer.from(`--${boundary}--\r\n`));
  const bytes = Buffer.concat(parts);
  return { bytes, headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': bytes.length } };
}

async function* slowly(bytes, milliseconds) {
  const pieces = milliseconds ? 20 : 1;
  const size = Math.ceil(bytes.length / pieces);
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size);
    if (milliseconds) await new Promise((done) => setTimeout(done, milliseconds / pieces));
  }
}

// The tag of the button with these words.
function buttonOf(html, button) {
  return [...html.matchAll(/(<button[^>]*>)([\s\S]*?)<\/button>/g)].find(([, , words]) => text(words) === button)?.[1];
}

const since = (began) => (performance.now() - began) / 1000;
const plain = (html) => html.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
const text = (html) => plain(html.replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ').trim();

function attribute(tag, name) {
  const found = tag.match(new RegExp(`^<[^>]*?\\s${name}="([^"]*)"`))?.[1];
  return found === undefined ? undefined : plain(found);
}
