export interface Config {
  devart?: {
    /**
     * Joins GitHub: pull requests start reviews, and reviews are shown as
     * checks and one comment. Leave the section out to do without GitHub.
     */
    github?: {
      /**
       * The secret with which GitHub signs what it sends. The back end refuses
       * to start without it.
       * @visibility secret
       */
      webhookSecret: string;

      /** The GitHub App that acts. Either this or `token`. */
      app?: {
        /** The number that GitHub calls "App ID". */
        appId: number | string;
        /**
         * The private key in PEM format; `\n` may stand for line ends.
         * @visibility secret
         */
        privateKey: string;
      };

      /**
       * For development without an App: a personal access token. Reviews are
       * then shown as commit statuses, without annotations.
       * @visibility secret
       */
      token?: string;

      /**
       * Where GitHub's REST API is: `https://HOST/api/v3` for GitHub
       * Enterprise Server. `https://api.github.com` unless given.
       */
      apiBaseUrl?: string;
    };
  };
}
