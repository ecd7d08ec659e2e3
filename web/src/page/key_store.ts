// Where the page keeps its keys: encrypted by a key that the browser hands to no script as bytes.
//
// A copy of the stored text, such as a synchronised or exported localStorage, is useless without the browser's key. Against scripts of this
// page, which can have the browser decrypt, and against the whole profile of the browser, it is no protection.

/** A place for one text. */
export interface KeyStore {
  /** Null if there is none, or it cannot be read any more. */
  read(): Promise<string | null>;
  /** Rejects if there is no space. */
  write(text: string): Promise<void>;
}

/** Rows of a database. */
export interface Rows {
  get(key: string): Promise<unknown>;
  put(key: string, value: unknown): Promise<void>;
}

/** The best place that this browser has: encrypted in IndexedDB, or else, as without HTTPS, localStorage. */
export async function openKeyStore(): Promise<KeyStore> {
  const plain = new PlainStore(localStorage);
  try {
    const store = await SealedStore.open(await openRows());
    await moveIn(store, plain);
    return store;
  } catch {
    return plain;
  }
}

/** Moves what an earlier version kept; it stays there until the new place has it. */
export async function moveIn(store: KeyStore, plain: PlainStore): Promise<void> {
  const former = await plain.read();
  if (former === null) return;
  if ((await store.read()) === null) await store.write(former);
  plain.remove();
}

/** Texts as they are. */
export class PlainStore implements KeyStore {
  private readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;

  constructor(storage: Pick<Storage, "getItem" | "setItem" | "removeItem">) {
    this.storage = storage;
  }

  read(): Promise<string | null> {
    return Promise.resolve(this.storage.getItem(NAME));
  }

  async write(text: string): Promise<void> {
    this.storage.setItem(NAME, text);
  }

  remove(): void {
    this.storage.removeItem(NAME);
  }
}

/** Texts encrypted by a key that cannot be extracted. */
export class SealedStore implements KeyStore {
  private readonly rows: Rows;
  private readonly key: CryptoKey;

  private constructor(rows: Rows, key: CryptoKey) {
    this.rows = rows;
    this.key = key;
  }

  static async open(rows: Rows): Promise<SealedStore> {
    const found = await rows.get(KEY_ROW);
    if (found instanceof CryptoKey) return new SealedStore(rows, found);
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await rows.put(KEY_ROW, made);
    return new SealedStore(rows, made);
  }

  async read(): Promise<string | null> {
    const found = (await this.rows.get(TEXT_ROW)) as Partial<Sealed> | undefined;
    if (!(found?.iv instanceof Uint8Array) || !(found.sealed instanceof ArrayBuffer)) return null;
    const opened = await crypto.subtle
      .decrypt({ name: "AES-GCM", iv: found.iv }, this.key, found.sealed)
      .catch(() => null);
    return opened === null ? null : new TextDecoder().decode(opened);
  }

  async write(text: string): Promise<void> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.key, new TextEncoder().encode(text));
    const row: Sealed = { iv, sealed };
    await this.rows.put(TEXT_ROW, row);
  }
}

interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly sealed: ArrayBuffer;
}

async function openRows(): Promise<Rows> {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => void request.result.createObjectStore(ROWS);
  const database = await answered(request);
  return {
    get: (key) => answered(database.transaction(ROWS).objectStore(ROWS).get(key)),
    put: (key, value) =>
      new Promise((resolve, reject) => {
        const transaction = database.transaction(ROWS, "readwrite");
        transaction.oncomplete = () => resolve();
        // A full disk ends the transaction, not the request.
        transaction.onabort = () => reject(transaction.error ?? new Error("not stored"));
        transaction.objectStore(ROWS).put(value, key);
      }),
  };
}

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("no database"));
  });
}

const NAME = "consonance-identity";
const ROWS = "rows";
const KEY_ROW = "key";
const TEXT_ROW = "text";
