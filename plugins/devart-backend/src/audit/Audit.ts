import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Database } from '../database/Database';
import type { Loop } from '../loops/Loop';
import type { Part } from '../loops/Part';
import type { AllHandlers } from '../operations/Handlers';
import { AuditStore } from './AuditStore';
import { AuditTrail } from './AuditTrail';
import { createAuditHandlers } from './operations';

/** The audit trail, put together. */
export class Audit implements Part {
  readonly trail: AuditTrail;
  readonly handlers: Pick<AllHandlers, 'audit'>;
  readonly vital: readonly Loop[];

  constructor(options: { database: Database; logger: LoggerService }) {
    const store = new AuditStore(options.database);
    this.trail = new AuditTrail({ ...options, store });
    this.handlers = { audit: createAuditHandlers(store) };
    this.vital = [this.trail.loop];
  }

  async stop(): Promise<void> {
    await this.trail.flush();
  }
}
