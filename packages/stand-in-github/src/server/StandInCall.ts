import type { StandInToken } from './model';
import type { Renderer } from './Renderer';
import type { StandInState } from './StandInState';

/** A request that is known to be what GitHub describes. */
export interface StandInCall {
  state: StandInState;
  render: Renderer;
  path: Record<string, string>;
  query: Record<string, string>;
  body: Record<string, unknown>;
  /** With which the caller came; undefined where the App itself or nobody is. */
  token: StandInToken | undefined;
  /** The URL of the request without its query, for links to other pages. */
  url: string;
}

/** What is answered. */
export interface StandInAnswer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}
