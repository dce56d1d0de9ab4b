import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';

const MAX_LINE_CHARACTERS = 4000;

/**
 * What commands wrote: shown line by line as far as a limit, and kept from its
 * beginning and its end, without the folders of this machine.
 */
export class CommandOutput {
  readonly #hide: string;
  readonly #maxLines: number;
  readonly #maxBytes: number;
  readonly #onLine: (line: string) => void;
  #decoder = new StringDecoder('utf8');
  #rest = '';
  #lines = 0;
  #head: string[] = [];
  #headBytes = 0;
  #tail: string[] = [];
  #tailBytes = 0;
  #omitted = 0;

  constructor(options: {
    /** A folder whose path is not shown. */
    hide: string;
    maxLines: number;
    maxBytes: number;
    onLine: (line: string) => void;
  }) {
    this.#hide = options.hide;
    this.#maxLines = options.maxLines;
    this.#maxBytes = options.maxBytes;
    this.#onLine = options.onLine;
  }

  write(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) {
      this.add(line);
    }
    // A line without an end is cut rather than kept.
    if (this.#rest.length > MAX_LINE_CHARACTERS) {
      this.add(this.#rest);
      this.#rest = '';
    }
  }

  /** Takes what is left as the last line of a command. */
  endCommand(): void {
    const rest = this.#rest + this.#decoder.end();
    this.#decoder = new StringDecoder('utf8');
    this.#rest = '';
    if (rest) {
      this.add(rest);
    }
  }

  add(raw: string): void {
    const line = stripVTControlCharacters(raw.replace(/\r$/, ''))
      .replaceAll(this.#hide, '…')
      .slice(0, MAX_LINE_CHARACTERS);
    this.#lines += 1;
    if (this.#lines <= this.#maxLines) {
      this.#onLine(line);
    } else if (this.#lines === this.#maxLines + 1) {
      this.#onLine('There is more; the rest is only in the log file');
    }
    this.#keep(line);
  }

  /** All that was kept, as text. */
  get text(): string {
    const gap =
      this.#omitted > 0 ? [`… ${this.#omitted} lines left out …`] : [];
    return [...this.#head, ...gap, ...this.#tail, ''].join('\n');
  }

  #keep(line: string): void {
    const bytes = Buffer.byteLength(line) + 1;
    const half = this.#maxBytes / 2;
    if (this.#tail.length === 0 && this.#headBytes + bytes <= half) {
      this.#head.push(line);
      this.#headBytes += bytes;
      return;
    }
    this.#tail.push(line);
    this.#tailBytes += bytes;
    // Emptied in strides: taking single lines off the front costs more and more.
    while (this.#tailBytes > half && this.#tail.length > 1) {
      const cut = Math.ceil(this.#tail.length / 2);
      const dropped = this.#tail.splice(0, cut);
      this.#tailBytes -= dropped.reduce(
        (sum, each) => sum + Buffer.byteLength(each) + 1,
        0,
      );
      this.#omitted += dropped.length;
    }
  }
}
