/** What the file dialogs offer; a dropped file may be called anything, the server looks at the bytes. */
export const ACCEPT =
  '.txt,.csv,.tsv,.json,.geojson,.geojsonl,.geojsons,.wkt,.zip,.gpkg,.sqlite,.kml,.kmz,.dxf,.fgb';
