import type { Transaction } from '../database/Transaction';

/** The SQL of webhook deliveries that were seen. */
export class DeliveryStore {
  /**
   * Takes a delivery in hand. Answers its outcome when it was handled before;
   * undefined when it is new, or whoever had it did not come to an end.
   */
  async begin(
    tx: Transaction,
    delivery: {
      source: string;
      id: string;
      organizationId: string;
      event: string;
    },
  ): Promise<string | undefined> {
    await tx.run(
      `insert into webhook_deliveries (source, delivery_id, organization_id, event) values (?, ?, ?, ?)
       on conflict do nothing`,
      [delivery.source, delivery.id, delivery.organizationId, delivery.event],
    );
    const [row] = await tx.rows<{ outcome: string | null }>(
      'select outcome from webhook_deliveries where source = ? and delivery_id = ?',
      [delivery.source, delivery.id],
    );
    return row?.outcome ?? undefined;
  }

  /** Removes deliveries older than so many days; answers how many. */
  async removeOlderThan(
    tx: Transaction,
    days: number,
    limit: number,
  ): Promise<number> {
    return tx.run(
      `delete from webhook_deliveries where (source, delivery_id) in (
         select source, delivery_id from webhook_deliveries
         where received_at < now() - make_interval(days => ?::int) limit ?)`,
      [days, limit],
    );
  }

  async finish(
    tx: Transaction,
    delivery: { source: string; id: string },
    end: { outcome: string; detail?: string },
  ): Promise<void> {
    await tx.run(
      'update webhook_deliveries set outcome = ?, detail = ? where source = ? and delivery_id = ?',
      [end.outcome, end.detail ?? null, delivery.source, delivery.id],
    );
  }
}
