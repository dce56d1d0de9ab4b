import {
  createPublicKey,
  generateKeyPairSync,
  verify,
  type KeyObject,
} from 'node:crypto';

const MAX_LIFETIME_SECONDS = 600;

const CLOCK_MARGIN_SECONDS = 5;

let keyPair: { privateKey: string; publicKey: KeyObject } | undefined;

/** Making a key takes a while; one is enough for a process. */
function sharedKeyPair() {
  if (!keyPair) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    // As GitHub hands it out.
    const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    keyPair = { privateKey: pem, publicKey: createPublicKey(pem) };
  }
  return keyPair;
}

/** What a manifest of a GitHub App asks for. */
export interface StandInAppManifest {
  default_permissions: Record<string, string>;
  default_events: string[];
}

/** The GitHub App that the stand-in knows. */
export class StandInApp {
  readonly id = 431;
  readonly slug = 'devart-stand-in';
  readonly name = 'devart stand-in';
  readonly installationId = 9001;
  readonly botId = 77_001;
  readonly permissions: Record<string, string>;
  readonly events: string[];
  readonly privateKey = sharedKeyPair().privateKey;

  constructor(manifest: StandInAppManifest) {
    this.permissions = manifest.default_permissions;
    this.events = manifest.default_events;
  }

  /** What is wrong with a JSON Web Token of the App, in GitHub's words; undefined when nothing is. */
  problemOfJwt(jwt: string, now: number): string | undefined {
    const [header, claims, signature] = jwt.split('.');
    const signed = Buffer.from(`${header}.${claims}`);
    if (
      !signature ||
      decode(header).alg !== 'RS256' ||
      !verify(
        'RSA-SHA256',
        signed,
        sharedKeyPair().publicKey,
        Buffer.from(signature, 'base64url'),
      )
    ) {
      return 'A JSON web token could not be decoded';
    }
    const { iss, iat, exp } = decode(claims);
    const seconds = now / 1000;
    if (String(iss) !== String(this.id)) {
      return 'Integration not found';
    }
    if (typeof exp !== 'number' || exp < seconds) {
      return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";
    }
    if (exp > seconds + MAX_LIFETIME_SECONDS + CLOCK_MARGIN_SECONDS) {
      return "'Expiration time' claim ('exp') is too far in the future";
    }
    if (typeof iat !== 'number' || iat > seconds + CLOCK_MARGIN_SECONDS) {
      return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
    }
    return undefined;
  }
}

function decode(part: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    return {};
  }
}
