/** The JSON Schemas that ship stand beside the sources; the bundler puts in what is imported. */
declare module '*.schema.json' {
  const schema: Readonly<Record<string, unknown>>;
  export default schema;
}
