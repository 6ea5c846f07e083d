/*
 * Names of params, tasks, values and matrix keys come from outside, and every object has members by nature:
 * `constructor` would be found in an empty one, and what is set as `__proto__` is lost. So no object is read or
 * written by a computed name but through these; a test sees to it.
 */

/** A member that the object itself has. */
export function own<T>(object: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Makes it a member like any other. */
export function setOwn<T>(object: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}
