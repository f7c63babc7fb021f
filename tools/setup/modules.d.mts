/** Types of modules.mjs, which is JavaScript because it must run on Node 20. */
export function isAtLeast(version: string, oldest: string): boolean;
export function modulesAreCurrent(root: string): boolean;
export function pathOutsideModules(path: string): string;
