// What @camptocamp/ogc-client reads of the open API at an address, as JSON on the standard output.
import { pathToFileURL } from "node:url";

const [address, packages, layer, record] = process.argv.slice(2);
const { OgcApiEndpoint } = await import(pathToFileURL(`${packages}/@camptocamp/ogc-client/dist/dist-node.js`));
const endpoint = new OgcApiEndpoint(address);
const items = await endpoint.getCollectionItems(layer, 20, 10);
console.log(
  JSON.stringify({
    title: (await endpoint.info).title,
    features: await endpoint.featureCollections,
    records: await endpoint.recordCollections,
    hasFeatures: await endpoint.hasFeatures,
    hasRecords: await endpoint.hasRecords,
    collection: await endpoint.getCollectionInfo(layer),
    items: items.map((one) => one.id),
    boxed: (await endpoint.getCollectionItems(layer, 100, 0, undefined, undefined, [2.0, 48.6, 2.0051, 48.7])).length,
    item: (await endpoint.getCollectionItem(layer, "3")).properties,
    record: (await endpoint.getCollectionItem("datasets", record)).properties,
  }),
);
