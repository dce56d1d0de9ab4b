import type { StreamEvent, WholeAnswer } from './endpoints/Endpoint';
import type { ReportedUsage } from './metering/Usage';

/** What has come of an answer so far. */
export class AnswerTally {
  readonly texts: string[] = [];
  outputBytes = 0;
  usage: ReportedUsage | undefined;
  model: string | undefined;
  id: string | undefined;
  readonly finishReasons: string[] = [];
  /** Nothing is missing of it. */
  isComplete = false;

  addEvent(event: StreamEvent): void {
    if (event.text !== undefined) {
      this.#addText(event.text);
    }
    this.usage = event.usage ?? this.usage;
    this.model = event.model ?? this.model;
    this.id = event.id ?? this.id;
    this.finishReasons.push(...(event.finishReasons ?? []));
    // Some servers send no mark behind the last event.
    this.isComplete ||= Boolean(event.isEnd) || this.finishReasons.length > 0;
  }

  addAnswer(answer: WholeAnswer): void {
    answer.texts.forEach(text => this.#addText(text));
    this.usage = answer.usage;
    this.model = answer.model;
    this.id = answer.id;
    this.finishReasons.push(...(answer.finishReasons ?? []));
    this.isComplete = true;
  }

  #addText(text: string): void {
    this.texts.push(text);
    this.outputBytes += Buffer.byteLength(text);
  }
}
