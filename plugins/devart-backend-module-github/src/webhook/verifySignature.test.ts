import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { verifySignature } from './verifySignature';

function sign(secret: string, rawBody: Buffer): string {
  return `sha256=${createHmac('sha256', secret).update(rawBody).digest('hex')}`;
}

const secrets = fc.string({ minLength: 1 });
const bodies = fc.uint8Array().map(bytes => Buffer.from(bytes));

describe('verifySignature', () => {
  it('knows the example of GitHub', () => {
    expect(
      verifySignature({
        secret: "It's a Secret to Everybody",
        rawBody: Buffer.from('Hello, World!'),
        header:
          'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
      }),
    ).toBe(true);
  });

  it('accepts what was signed with the secret', () => {
    fc.assert(
      fc.property(secrets, bodies, (secret, rawBody) => {
        const header = sign(secret, rawBody);
        expect(verifySignature({ secret, rawBody, header })).toBe(true);
      }),
    );
  });

  it('refuses any change of the body', () => {
    fc.assert(
      fc.property(secrets, bodies, bodies, (secret, rawBody, changed) => {
        fc.pre(!rawBody.equals(changed));
        const header = sign(secret, rawBody);
        expect(verifySignature({ secret, rawBody: changed, header })).toBe(
          false,
        );
      }),
    );
  });

  it('refuses any change of a bit of the body', () => {
    fc.assert(
      fc.property(
        secrets,
        fc.uint8Array({ minLength: 1 }),
        fc.nat(),
        (secret, bytes, bit) => {
          const header = sign(secret, Buffer.from(bytes));
          const changed = Buffer.from(bytes);
          changed[(bit >> 3) % changed.length] ^= 1 << (bit & 7);
          expect(verifySignature({ secret, rawBody: changed, header })).toBe(
            false,
          );
        },
      ),
    );
  });

  it('refuses any change of a character of the signature', () => {
    fc.assert(
      fc.property(
        secrets,
        bodies,
        fc.nat(),
        fc.string({ minLength: 0, maxLength: 2 }),
        (secret, rawBody, position, replacement) => {
          const header = sign(secret, rawBody);
          const at = position % header.length;
          const changed =
            header.slice(0, at) + replacement + header.slice(at + 1);
          fc.pre(changed !== header);
          expect(verifySignature({ secret, rawBody, header: changed })).toBe(
            false,
          );
        },
      ),
    );
  });

  it('refuses the signature of another secret', () => {
    fc.assert(
      fc.property(secrets, secrets, bodies, (secret, other, rawBody) => {
        // HMAC fills short keys up with zeros.
        fc.pre(secret.replace(/\0+$/, '') !== other.replace(/\0+$/, ''));
        const header = sign(other, rawBody);
        expect(verifySignature({ secret, rawBody, header })).toBe(false);
      }),
    );
  });

  it('refuses any other header without throwing', () => {
    const headers = fc.oneof(
      fc.constant(undefined),
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc
        .string({ unit: 'binary', minLength: 64 })
        .map(text => `sha256=${text}`),
      fc.array(fc.string()),
    );
    fc.assert(
      fc.property(secrets, bodies, headers, (secret, rawBody, header) => {
        expect(verifySignature({ secret, rawBody, header })).toBe(false);
      }),
    );
  });

  it('refuses the right signature in another form', () => {
    const rawBody = Buffer.from('{}');
    const header = sign('secret', rawBody);
    for (const changed of [
      header.toUpperCase(),
      `sha256=${header.slice('sha256='.length).toUpperCase()}`,
      header.replace('sha256', 'SHA256'),
      header.slice('sha256='.length),
      `${header}\n`,
      ` ${header}`,
      `${header}00`,
    ]) {
      expect(
        verifySignature({ secret: 'secret', rawBody, header: changed }),
      ).toBe(false);
    }
    expect(
      verifySignature({ secret: 'secret', rawBody, header: [header] }),
    ).toBe(false);
  });
});
