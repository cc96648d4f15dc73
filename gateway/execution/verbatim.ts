/** Part of a subgraph's answer that nobody has to look into: its bytes are what a client gets. */

export class Verbatim {
  /** Of its shape. */
  readonly shape: string;
  readonly #bytes: Buffer;

  /** @param bytes valid JSON in UTF-8, of that shape, and not `null` */
  constructor(shape: string, bytes: Buffer) {
    this.shape = shape;
    this.#bytes = bytes;
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  /** For whoever has to look into it after all. */
  parse(): unknown {
    return JSON.parse(this.#bytes.toString());
  }
}
