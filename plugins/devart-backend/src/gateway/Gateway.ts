import type { LoggerService } from '@backstage/backend-plugin-api';
import type { MetricsService } from '@backstage/backend-plugin-api/alpha';
import type { ModelUpstream } from '@devart/plugin-devart-node';
import { Router } from 'express';
import type { AgentAuthenticator } from '../access/AgentAuthenticator';
import type { Organizations } from '../access/Organizations';
import { RateLimiter } from '../access/RateLimiter';
import type { Audit } from '../audit/Audit';
import type { Budgets } from '../budgets/Budgets';
import type { DevartConfig } from '../config/DevartConfig';
import type { Database } from '../database/Database';
import { createRetention } from '../loops/createRetention';
import type { Loop } from '../loops/Loop';
import type { Part } from '../loops/Part';
import type { AllHandlers } from '../operations/Handlers';
import { CallLimits } from './CallLimits';
import { CallPlanner } from './CallPlanner';
import { createGatewayRouter } from './createGatewayRouter';
import { GatewayCalls, type BudgetPauser } from './GatewayCalls';
import { GatewayMetrics } from './GatewayMetrics';
import { GroupingMeter } from './metering/GroupingMeter';
import { Settler } from './metering/Settler';
import { TokenCounter } from './metering/TokenCounter';
import { createGatewayHandlers } from './operations';
import { PriceList } from './prices/PriceList';
import { Recorder } from './Recorder';
import { RecordingStore } from './RecordingStore';
import { rememberAttributions } from './rememberAttributions';
import { joinUpstreams } from './upstreams/joinUpstreams';
import { ModelCatalog, type KnownUpstream } from './upstreams/ModelCatalog';
import { UpstreamServices } from './upstreams/UpstreamServices';

/** What the gateway is built on. */
export interface GatewayOptions {
  config: Pick<DevartConfig, 'gateway' | 'rateLimits'>;
  /** Upstreams of modules, by id. */
  upstreams: ReadonlyMap<string, ModelUpstream>;
  database: Database;
  organizations: Organizations;
  audit: Audit;
  budgets: Budgets;
  /** Knows agents by their keys. */
  keyring: AgentAuthenticator;
  metrics: MetricsService;
  logger: LoggerService;
}

/** The model gateway, put together. */
export class Gateway implements Part {
  /** Builds it, and makes its upstreams services of every organisation. */
  static async create(options: GatewayOptions): Promise<Gateway> {
    const gateway = new Gateway(options);
    await gateway.#services.provide();
    return gateway;
  }

  readonly router = Router();
  readonly handlers: Pick<AllHandlers, 'gateway'>;
  readonly background: readonly Loop[];
  readonly #services: UpstreamServices;
  readonly #calls: GatewayCalls;
  readonly #settler: Settler;
  readonly #recorder: Recorder;
  readonly #counter = new TokenCounter();
  readonly #upstreams: readonly KnownUpstream[];

  private constructor(options: GatewayOptions) {
    const { database, organizations, logger } = options;
    const { gateway: config, rateLimits } = options.config;
    const secrets = config.upstreams.flatMap(
      ({ connection }) => connection?.apiKey ?? [],
    );
    const recordings = new RecordingStore();
    const recording = config.recording;
    this.#upstreams = joinUpstreams(config.upstreams, options.upstreams);
    const catalog = new ModelCatalog({
      upstreams: this.#upstreams,
      everySeconds: config.discoverySeconds,
      logger,
    });
    this.#services = new UpstreamServices({
      database,
      organizations,
      services: options.budgets.services,
      prices: new PriceList(),
      upstreams: this.#upstreams,
    });
    const meter = new GroupingMeter({ ledger: options.budgets.ledger, logger });
    this.#settler = new Settler({ meter, logger });
    this.#recorder = new Recorder({
      database,
      store: recordings,
      logger,
      secrets,
      maxBytes: recording?.maxBytes,
    });
    this.#calls = new GatewayCalls({
      catalog,
      planner: new CallPlanner({
        catalog,
        services: this.#services,
        counter: this.#counter,
        meter,
        defaultMaxOutputTokens: config.defaultMaxOutputTokens,
      }),
      limits: new CallLimits(config),
      counter: this.#counter,
      settler: this.#settler,
      metrics: new GatewayMetrics(options.metrics),
      recorder: this.#recorder,
      logger,
      retries: config.retries,
      secrets,
    });
    this.router.use(
      '/v1',
      createGatewayRouter({
        agents: options.keyring,
        calls: this.#calls,
        catalog,
        attributionOf: rememberAttributions(options.budgets.attributor),
        audit: options.audit.trail,
        limiter: new RateLimiter({
          perMinute: rateLimits.anonymousPerMinute,
        }),
        maxBodyBytes: config.maxBodyBytes,
        organizationId: organizations.first.id,
        logger,
      }),
    );
    this.handlers = {
      gateway: createGatewayHandlers({
        catalog,
        services: this.#services,
        database,
        recordings,
        isRecording: recording !== undefined,
      }),
    };
    this.background = [
      ...(this.#upstreams.length > 0 ? [catalog.loop] : []),
      // Also when nothing is recorded any more: what was kept does not stay.
      createRetention({
        name: 'recording retention',
        database,
        store: recordings,
        days: recording?.days ?? 0,
        logger,
      }),
    ];
  }

  /** Says who lets tasks wait when nobody can pay for a call. */
  pauseWith(pauser: BudgetPauser): void {
    this.#calls.pauseWith(pauser);
  }

  async start(): Promise<void> {
    if (this.#upstreams.length > 0) {
      this.#counter.warmUp();
    }
  }

  async drain(): Promise<void> {
    await this.#calls.drain();
  }

  async stop(): Promise<void> {
    await this.#settler.stop();
    await this.#recorder.stop();
    await Promise.all(
      this.#upstreams.map(({ upstream }) => upstream.close?.()),
    );
  }
}
