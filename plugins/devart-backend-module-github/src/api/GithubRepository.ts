/** A repository at GitHub, and the installation of the App that may act on it. */
export interface GithubRepository {
  owner: string;
  name: string;
  /** Asked for when it is not known. */
  installationId?: number;
}
