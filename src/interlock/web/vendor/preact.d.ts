// The little of Preact's types that this code uses; written here, not taken from the package.
export type Child = any;
export function h(type: any, props?: any, ...children: any[]): any;
export function render(node: any, parent: Element | ShadowRoot): void;
export function Fragment(props: { children?: any }): any;
export function createContext<T>(value: T): any;
