/** The signals channel on which devart sends hints. */
export const HINT_CHANNEL = 'devart';

/** What a hint can be about. */
export const HINT_TOPICS = [
  'task',
  'agent',
  'review',
  'organization',
  'audit',
  'workflow',
  'run',
  'approval',
  'budget',
  'service',
] as const;

/** What a hint is about. */
export type HintTopic = (typeof HINT_TOPICS)[number];

/**
 * Something changed: whoever shows it should ask for it again. Hints carry no
 * data, since everybody who is signed in receives them.
 */
export type Hint = {
  topic: HintTopic;
  id: string;
};

/**
 * How often, in seconds, a message without hints is sent when nothing has
 * changed. Only by hearing something now and then can a browser know that it
 * would hear of changes.
 */
export const HINT_HEARTBEAT_SECONDS = 3;

/**
 * A message on {@link HINT_CHANNEL}: the hints of a short moment, each at most
 * once. Without hints it is a heartbeat, see {@link HINT_HEARTBEAT_SECONDS}.
 */
export type HintMessage = {
  hints: Hint[];
  /** There were too many to name; everything shown should be asked for again. */
  everything?: true;
};
