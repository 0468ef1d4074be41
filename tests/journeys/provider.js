// A certified identity provider (npm oidc-provider) of a journey, with its own pages: any name and
// any password sign in, then one agrees. Everybody has a confirmed address, whose it may be.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import Provider from 'oidc-provider';
import { freePort } from './stack.js';

const CLIENT = { client_id: 'attest', client_secret: 'a secret of the journeys' };

export class IdentityProvider {
  // For a stack whose processes are not there yet: it reads the file of providers from here.
  static async of(stack, email) {
    const idp = new IdentityProvider();
    stack.canaries.secret(CLIENT.client_secret);
    idp.port = await freePort();
    idp.issuer = `http://localhost:${idp.port}`;
    idp.provider = new Provider(idp.issuer, {
      clients: [{ ...CLIENT, redirect_uris: [`${stack.base}/login/gate/callback`] }],
      cookies: { keys: ['of the journeys'] },
      claims: { openid: ['sub'], email: ['email', 'email_verified'] },
      conformIdTokenClaims: false,
      findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, email, email_verified: true }) }),
    });
    await idp.up();
    const file = join(stack.dir, 'oidc.json');
    writeFileSync(file, JSON.stringify([{ slug: 'gate', name: 'Врата', issuer: idp.issuer, scopes: ['email'], ...CLIENT }]));
    Object.assign(stack.env, { ATTEST_OIDC_FILE: file, ATTEST_OIDC_INNER: 'on' });
    return idp;
  }

  up() {
    this.server = createServer(this.provider.callback());
    return new Promise((done) => this.server.listen(this.port, '127.0.0.1', done));
  }

  down() {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(done));
  }
}

// What a person does on the provider's own pages, until it is back on ours.
export async function signInThere(page, issuer, name) {
  await page.getByPlaceholder('Enter any login').fill(name);
  await page.getByPlaceholder('and password').fill('of no use');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL((url) => !url.href.startsWith(issuer));
  await page.waitForLoadState('networkidle');
}
