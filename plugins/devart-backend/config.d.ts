export interface Config {
  devart?: {
    /**
     * The organisations of this portal. Without it there is one, named
     * `default`, to which everybody belongs.
     */
    organizations?: Array<{
      /** Short and stable: lower-case letters, digits and dashes. */
      name: string;
      title?: string;
      /** Users and groups who belong to it; the first organisation takes everybody else. */
      members?: string[];
      /** Other than those of `money`. */
      currency?: string;
      perUsd?: number;
      timeZone?: string;
    }>;
    money?: {
      /**
       * ISO 4217, for example EUR. Default USD. It cannot be changed once
       * something was spent.
       */
      currency?: string;
      /**
       * What a US dollar costs in that currency. Needed with another currency
       * where published prices are used, which are in US dollars.
       */
      perUsd?: number;
      /**
       * Where the days, weeks and months of budgets begin: a name of the IANA
       * database, for example Europe/Berlin. Default UTC.
       */
      timeZone?: string;
      /**
       * Services of the first organisation that are there from the start, in
       * the words of `POST /services`. Fallbacks are named, and stand before
       * whatever falls back on them. What is here is changed here; budgets are
       * set once, and changed in the portal.
       */
      services?: Array<{
        name: string;
        title?: string;
        description?: string;
        kind?: 'api' | 'model';
        endpoint?: string;
        owner?: string;
        entityRef?: string;
        /** Amounts in millionths of the currency. */
        prices?: {
          callMicros?: number;
          millionUnitsMicros?: number;
          unit?: string;
          models?: {
            [model: string]: {
              inputMillionMicros: number;
              outputMillionMicros: number;
              cachedInputMillionMicros?: number;
            };
          };
        };
        onExhausted?: 'delegate' | 'ask' | 'reject';
        fallback?: string;
        monthlyBudgetMicros?: number;
      }>;
    };
    access?: {
      /**
       * Which groups, users and services have which role; whoever is not named
       * is a viewer. `service:ci` names the access token with the subject `ci`.
       */
      roles?: {
        admin?: string[];
        supervisor?: string[];
        viewer?: string[];
      };
    };
    rateLimits?: {
      /** Calls a minute that one address may make without an account. Default 60. */
      anonymousPerMinute?: number;
      /** Calls a minute of one person, service or agent. Default 6000. */
      callerPerMinute?: number;
    };
    agents?: {
      /** Seconds of silence after which an agent is offline and its tasks go back. Default 30. */
      leaseSeconds?: number;
      /**
       * Agents that are there from the start, for example the one that ships.
       */
      provisioned?: Array<{
        name: string;
        description?: string;
        owner?: string;
        capabilities: string[];
        maxConcurrent?: number;
        /**
         * Its key, `dvk_` and at least 32 characters. Without one, as when a
         * variable of the environment is not set, the agent is not provided.
         * @visibility secret
         */
        key?: string;
      }>;
    };
    tasks?: {
      /** Seconds by which each step of priority lets a task overtake. Default 900. */
      ageingSeconds?: number;
      retry?: {
        /** Seconds before the second attempt; doubles with each further one. Default 2. */
        baseSeconds?: number;
        /** Longest delay in seconds. Default 900. */
        maxSeconds?: number;
      };
      /**
       * When the queue is too long or too old: shown in the command centre and
       * published as the event `queue.alert`. No alerts unless said here.
       */
      alerts?: {
        /** So many tasks that ask for the same capabilities wait. */
        depth?: number;
        /** A task has waited for so many seconds. */
        oldestSeconds?: number;
        /** Other numbers for tasks that ask for a capability. */
        capabilities?: {
          [capability: string]: { depth?: number; oldestSeconds?: number };
        };
      };
      /**
       * How many running tasks may ask for a capability at once, in each
       * organisation and over all agents: `gpu: 2`. Without limit by default.
       */
      concurrency?: {
        [capability: string]: number;
      };
    };
    /**
     * What secrets are encrypted with that must be used again, such as those of
     * webhooks; at least 24 characters. The secrets of `backend.auth.keys`
     * unless given; one of the two is needed to add webhooks to workflows.
     * @visibility secret
     */
    secretKey?: string;
    workflows?: {
      http?: {
        /**
         * Hosts to which steps may send requests: `host`, `host:port` or
         * `*.domain`. None by default. Private addresses are reached only
         * where the host itself is named.
         */
        allowedHosts?: string[];
      };
      /**
       * Seconds of silence after which another replica takes over the steps
       * that a replica has in hand. Default 15.
       */
      leaseSeconds?: number;
    };
    gateway?: {
      /** The providers of models that agents may call through the portal. */
      upstreams?: Array<{
        /** What the names of its models begin with, and the name of its service. */
        id: string;
        title?: string;
        /**
         * How it is spoken to: `compatible` for any server that speaks OpenAI's
         * protocol, such as vLLM, Ollama and LiteLLM. Not given for an upstream
         * that a module brings.
         */
        type?: 'openai' | 'azure' | 'compatible';
        /** Such as `http://localhost:11434/v1`; of Azure the resource, without a path. */
        baseUrl?: string;
        /** @visibility secret */
        apiKey?: string;
        /** Of Azure: the version of the API; the unversioned one unless given. */
        apiVersion?: string;
        /** What the list of published prices calls the provider, where its address does not tell. */
        priceProvider?: string;
        /** Its models; those that it lists itself, unless given. Needed for Azure. */
        models?: Array<{
          name: string;
          /** The model that it is, where the name is one of your own, as of deployments of Azure. */
          base?: string;
          contextTokens?: number;
          maxOutputTokens?: number;
          /** Of a million tokens in units of the organisation's currency, or `free`. */
          price?:
            'free' | { input: number; output?: number; cachedInput?: number };
        }>;
        /** Of all its models that have no price of their own here; goes before the published prices. */
        price?:
          'free' | { input: number; output?: number; cachedInput?: number };
        /** What happens when a budget is used up. `delegate` with a fallback, else `reject`. */
        onExhausted?: 'delegate' | 'ask' | 'reject';
        /** Who is called, and paid, when this one cannot be paid. */
        fallback?: {
          upstream: string;
          /** The model there; the one of the same name, unless given. */
          model?: string;
        };
        /** What is called when somebody is delegated here and asks for a model that is not here. */
        defaultModel?: string;
        timeouts?: {
          /** Default 5. */
          connectSeconds?: number;
          /** From the call to the beginning of the answer. Default 120. */
          firstByteSeconds?: number;
          /** Between two parts of an answer. Default 60. */
          idleSeconds?: number;
          /** For a whole call. Default 900. */
          totalSeconds?: number;
        };
      }>;
      limits?: {
        /** Calls of one key at once, in each replica. Default 32. */
        concurrentPerKey?: number;
        /** Calls of one key a minute, in each replica. Default 600. */
        callsPerMinutePerKey?: number;
      };
      /** Most bytes of a request. Default 20 MiB. */
      maxBodyBytes?: number;
      /**
       * Most tokens of an answer to a call that does not say how much it wants,
       * where the model has no `maxOutputTokens`. Default 16384.
       */
      defaultMaxOutputTokens?: number;
      /** How often a call is made again that an upstream did not begin. Default 2. */
      retries?: number;
      /** How often upstreams are asked for their models. Default 300. */
      discoverySeconds?: number;
      /** Keeps what is asked and answered, for admins. Off by default. */
      recording?: {
        enabled?: boolean;
        /** For so many days. Default 7. */
        days?: number;
        /** Of each request and each answer. Default 65536. */
        maxBytes?: number;
      };
    };
    reviews?: {
      /**
       * Folders below which local repositories may be reviewed; relative to
       * the working directory of the backend. None by default.
       */
      localFolders?: string[];
      /**
       * Priorities by labels of pull requests; the most urgent that applies
       * wins. Reviews are `high` otherwise.
       */
      priorityByLabel?: {
        [label: string]: 'critical' | 'high' | 'medium' | 'low';
      };
      /** Most findings shown at the lines of one change. Default 50. */
      maxAnnotations?: number;
    };
    readiness?: {
      /**
       * Seconds that a round of a loop, such as the one that takes tasks back,
       * may be overdue, after which the backend is unready. Default 15.
       */
      staleSeconds?: number;
    };
    retention?: {
      /** Days for which the activity feed and the deliveries of webhooks are kept. Default 30. */
      activityDays?: number;
      /** Days for which runs of workflows are kept after their end. Default 180. */
      runDays?: number;
    };
  };
}
