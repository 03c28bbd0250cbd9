// The control: a relay whose journal is not told that a letter has reached the next hop. Loaded by `node --import` before it.
const { stringify } = JSON;
JSON.stringify = (value, ...more) => {
  const isNote = value?.type === "gone" || value?.type === "state";
  return stringify(isNote ? { type: "synced" } : value, ...more);
};
