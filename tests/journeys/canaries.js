// What a run may leave of its people: nothing (SEC-83). What they typed and what was given to them alone is
// known here, and looked for in a file of what was left.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

// Everybody's address here is of the names that are reserved for examples.
const ADDRESS = /@[\w.-]*example/;

// However it is coded in an address or a form, in whatever case, and a number however it is spelled.
function plain(text) {
  return text
    .replace(/(?:%[0-9a-f]{2})+/gi, (codes) => Buffer.from(codes.replaceAll('%', ''), 'hex').toString().replaceAll('\n', ' '))
    .toLowerCase()
    .replaceAll('+', ' ')
    .replace(/(?<=\d)[ ()-]+(?=\d)/g, '');
}

export class Canaries {
  constructor() {
    this.words = new Set([ADDRESS]);
    this.secrets = new Set();
  }

  get size() {
    return this.words.size + this.secrets.size;
  }

  word(value) {
    this.words.add(value);
  }

  // What opens somebody's door.
  secret(value) {
    this.secrets.add(value);
  }

  // In all its cases, of which the last letter alone is not. What is shorter is a part of other words.
  surname(value) {
    if (value.length > 4) this.word(value.length > 5 ? value.slice(0, -1) : value);
  }

  // A short one is a part of other words: «vera» of «several», «late1» of «template1».
  login(value) {
    if (value.length > 8) this.word(value);
  }

  // Those in a file, each with its first line there. An empty file is a search that did not take place.
  in(file, { secretsOnly = false } = {}) {
    const text = plain(readFileSync(file, 'utf8'));
    assert.ok(text.trim(), `${file} is empty: nothing was searched`);
    const sought = secretsOnly ? [...this.secrets] : [...this.words, ...this.secrets];
    return sought.flatMap((canary) => {
      const at = canary === ADDRESS ? text.search(ADDRESS) : text.indexOf(plain(canary).trim());
      return at < 0 ? [] : [`${file}:${text.slice(0, at).split('\n').length}: ${canary}`];
    });
  }
}
