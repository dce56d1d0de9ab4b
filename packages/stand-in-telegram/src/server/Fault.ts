/**
 * What may go wrong between Telegram and a bot.
 *
 * - `flood`: 429 with `retry_after`
 * - `outage`: 502 with a page in HTML, as a gateway answers
 * - `cut-connection`: nothing is done, and no answer comes
 * - `lost-answer`: the message is sent, but no answer comes
 * - `silence`: nothing is done, and the connection stays open
 */
export type Fault =
  | { kind: 'flood'; retryAfterSeconds: number }
  | { kind: 'outage' }
  | { kind: 'cut-connection' }
  | { kind: 'lost-answer' }
  | { kind: 'silence' };
