import { GatewayError } from '../GatewayError';
import type { CountedInput } from './Endpoint';
import { isMap, mapsOf, textOf, type JsonMap } from './json';

/**
 * What an image costs at most, by the rules that OpenAI publishes: of the tiles
 * of a square of 2048 points, shrunk to 768. Small models count more for each.
 */
const IMAGE_TOKENS = [
  { models: /^gpt-4o-mini/, low: 2833, high: 48_169 },
  { models: /./, low: 85, high: 1445 },
];

/** PDFs and the like: about so many bytes of base64 stand for a token. */
const FILE_CHARACTERS_PER_TOKEN = 4;

const TEXT_PARTS = new Set([
  'text',
  'refusal',
  'input_text',
  'output_text',
  'summary_text',
  'reasoning_text',
]);

function imageTokens(model: string, detail: unknown): number {
  const { low, high } = IMAGE_TOKENS.find(({ models }) => models.test(model))!;
  return detail === 'low' ? low : high;
}

/** Counts a part of a message. */
function countPart(part: JsonMap, model: string, at: string): CountedInput {
  const type = String(part.type);
  if (TEXT_PARTS.has(type)) {
    const text = textOf(part.text) ?? textOf(part.refusal);
    return { texts: text ? [text] : [], extraTokens: 0 };
  }
  if (type === 'image_url' || type === 'input_image') {
    if (part.file_id !== undefined) {
      throw notPassedOn(`${at}.file_id`, 'Files kept by the upstream');
    }
    const image = isMap(part.image_url) ? part.image_url : part;
    return { texts: [], extraTokens: imageTokens(model, image.detail) };
  }
  if (type === 'file' || type === 'input_file') {
    const file = isMap(part.file) ? part.file : part;
    const data = textOf(file.file_data);
    if (!data) {
      throw notPassedOn(at, 'Files that are not in the request itself');
    }
    return {
      texts: [],
      extraTokens: Math.ceil(data.length / FILE_CHARACTERS_PER_TOKEN),
    };
  }
  throw GatewayError.invalid(
    `${at}.type`,
    `Parts of the type '${type}' are not passed on: the gateway does not know what they cost`,
    'not_metered',
  );
}

/** Content of a message: a text, or parts. */
export function countContent(
  content: unknown,
  model: string,
  at: string,
): CountedInput {
  const text = textOf(content);
  if (text) {
    return { texts: [text], extraTokens: 0 };
  }
  const counted = mapsOf(content).map((part, index) =>
    countPart(part, model, `${at}[${index}]`),
  );
  return {
    texts: counted.flatMap(({ texts }) => texts),
    extraTokens: counted.reduce((sum, part) => sum + part.extraTokens, 0),
  };
}

/**
 * What the upstream keeps is shared by all whose calls go out under its key, so
 * that one agent would read what another one wrote.
 */
export function notPassedOn(param: string, what: string): GatewayError {
  return GatewayError.invalid(
    param,
    `${what} are not passed on: what the upstream keeps would be shared by all agents`,
    'not_supported',
  );
}

/** @throws GatewayError for what a request must not ask of the upstream, in words of what it is. */
export function refuseFields(
  body: JsonMap,
  refused: Record<string, { what: string; why: 'shared' | 'cost' }>,
): void {
  for (const [field, { what, why }] of Object.entries(refused)) {
    const value = body[field];
    if (value === undefined || value === null || value === false) {
      continue;
    }
    throw why === 'shared'
      ? notPassedOn(field, what)
      : GatewayError.invalid(
          field,
          `${what} are not passed on: the gateway does not know what they cost`,
          'not_metered',
        );
  }
}

/** @throws GatewayError when a field is there and no whole number from `min` on. */
export function wholeNumber(
  body: JsonMap,
  field: string,
  min: number,
): number | undefined {
  const value = body[field];
  if (value === undefined || value === null) {
    return undefined;
  }
  if (!Number.isSafeInteger(value) || (value as number) < min) {
    throw GatewayError.invalid(
      field,
      `${field} must be a whole number from ${min} on`,
    );
  }
  return value as number;
}

/** @throws GatewayError for tiers of service that have prices of their own. */
export function checkServiceTier(body: JsonMap): void {
  const tier = body.service_tier;
  if (
    tier !== undefined &&
    tier !== null &&
    tier !== 'auto' &&
    tier !== 'default'
  ) {
    throw GatewayError.invalid(
      'service_tier',
      `service_tier must be auto or default: others have prices that the gateway does not know`,
      'not_metered',
    );
  }
}
