// Types of the signals that this code uses; written here, not taken from the package.
export interface Signal<T> { value: T; peek(): T; subscribe(fn: (value: T) => void): () => void; }
export function signal<T>(value: T): Signal<T>;
export function computed<T>(compute: () => T): Signal<T>;
export function effect(run: () => void | (() => void)): () => void;
export function batch<T>(run: () => T): T;
export function untracked<T>(run: () => T): T;
export function useSignal<T>(value: T): Signal<T>;
export function useComputed<T>(compute: () => T): Signal<T>;
export function useSignalEffect(run: () => void | (() => void)): void;
