import type { NeededPermission } from './permissions';
import type { StandInAnswer, StandInCall } from './StandInCall';

/** What the stand-in does at a method and path of GitHub's description. */
export interface StandInRoute {
  /**
   * - `app`: the App with a JSON Web Token
   * - `token`: a token of an installation or a person
   * - `installation`: a token of an installation
   * - `person`: a token of a person
   * - `none`
   */
  caller: 'app' | 'token' | 'installation' | 'person' | 'none';
  /** In the repository that the path names. */
  permission?: NeededPermission;
  handle(call: StandInCall): StandInAnswer | Promise<StandInAnswer>;
}
