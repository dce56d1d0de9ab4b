/** Something that goes wrong with a call. */
export type Fault =
  /** Nothing for a while, then the answer. */
  | { kind: 'slow_first_byte'; ms: number }
  /** The connection is broken off after so many events, or before the answer. */
  | { kind: 'cut'; afterEvents: number }
  /** Nothing more comes after so many events; the connection stays. */
  | { kind: 'silence'; afterEvents: number }
  /** An event in the middle is no JSON. */
  | { kind: 'malformed' }
  /** It is refused. */
  | { kind: 'status'; status: number; headers?: Record<string, string> }
  /** Neither answer nor stream says how many tokens there were. */
  | { kind: 'missing_usage' }
  /** The usage is something else than the truth. */
  | { kind: 'wrong_usage'; input: unknown; output: unknown };
