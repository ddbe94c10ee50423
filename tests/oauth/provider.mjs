// A provider of others, oidc-provider from npm, with its own pages to sign in: PORT, CLIENT, SECRET and CALLBACK say for
// whom. It keeps everything in memory, and has new keys at each start.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const { PORT, CLIENT, SECRET, CALLBACK, LIBRARY } = process.env;
const place = createRequire(`${LIBRARY}/`).resolve('oidc-provider');
const { default: Provider } = await import(pathToFileURL(place));

const pairs = await Promise.all(['ES256', 'RS256'].map((alg) => key(alg)));

async function key(alg) {
  const how = alg === 'ES256'
    ? { name: 'ECDSA', namedCurve: 'P-256' }
    : { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
  const { privateKey } = await crypto.subtle.generateKey(how, true, ['sign', 'verify']);
  const { key_ops, ext, ...jwk } = await crypto.subtle.exportKey('jwk', privateKey);
  return { ...jwk, alg, use: 'sig', kid: `${alg}-${crypto.randomUUID()}` };
}

const people = {
  ada: { name: 'Ada Nyström', email: 'ada@fernhill.example', email_verified: true, groups: ['platform'] },
  bo: { name: 'Bo Okafor', email: 'bo@fernhill.example', email_verified: false, groups: [] },
};

const provider = new Provider(`http://127.0.0.1:${PORT}`, {
  clients: [{
    client_id: CLIENT,
    client_secret: SECRET,
    redirect_uris: [CALLBACK],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    id_token_signed_response_alg: process.env.SIGNED ?? 'RS256',
  }],
  jwks: { keys: pairs },
  cookies: { keys: [crypto.randomUUID()] },
  pkce: { required: () => true },
  claims: {
    openid: ['sub'],
    profile: ['name', 'preferred_username', 'groups'],
    email: ['email', 'email_verified'],
  },
  findAccount: async (_, id) => people[id] && {
    accountId: id,
    claims: async () => ({ sub: id, preferred_username: id, ...people[id] }),
  },
});
provider.listen(PORT, '127.0.0.1', () => console.log('ready'));
