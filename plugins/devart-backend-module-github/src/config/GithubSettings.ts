/**
 * How GitHub is reached and trusted, as `devart.github` says it.
 */
export interface GithubSettings {
  webhookSecret: string;
  /** Where the REST API is, without a slash at the end. */
  apiBaseUrl: string;
  /** Where people see repositories and Git clones them, without a slash at the end. */
  webBaseUrl: string;
  credentials: GithubAppCredentials | GithubTokenCredentials;
}

/** A GitHub App, which acts in every installation under its own name. */
export interface GithubAppCredentials {
  type: 'app';
  appId: number;
  /** PEM, PKCS #8. */
  privateKey: string;
}

/** A person's token, for development. */
export interface GithubTokenCredentials {
  type: 'token';
  token: string;
}
