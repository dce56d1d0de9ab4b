export interface Config {
  auth?: {
    providers?: {
      /**
       * People whom anybody may sign in as while developing. Ignored unless
       * `auth.environment` is `development`.
       */
      guests?: {
        users: Array<{
          /**
           * The catalog user to become, for example `user:default/ada`.
           *
           * @visibility frontend
           */
          userEntityRef: string;
          /**
           * The name on the button of the sign-in page.
           *
           * @visibility frontend
           */
          title: string;
          /**
           * What this person may do, in a few words.
           *
           * @visibility frontend
           */
          description?: string;
        }>;
      };
    };
  };
}
