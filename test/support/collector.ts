import { Writable } from 'node:stream'

/** Takes what a command writes, whole: what a stream gives when it is read differs between versions of Node.js. */
export class Collector extends Writable {
  #text = ''

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#text += chunk.toString()
    done()
  }

  override toString(): string {
    return this.#text
  }
}
