// Types of the hooks that this code uses; written here, not taken from the package.
export function useState<T>(initial: T | (() => T)): [T, (next: T | ((old: T) => T)) => void];
export function useRef<T>(initial: T): { current: T };
export function useEffect(run: () => void | (() => void), inputs?: any[]): void;
export function useLayoutEffect(run: () => void | (() => void), inputs?: any[]): void;
export function useMemo<T>(make: () => T, inputs: any[]): T;
export function useCallback<T>(fn: T, inputs: any[]): T;
export function useErrorBoundary(onError?: (error: any) => void): [any, () => void];
export function useId(): string;
