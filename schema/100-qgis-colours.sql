-- QGIS reads #rrggbbaa as #aarrggbb, so that layers from definitions had other colours there than on the page: a green fill was brown.
-- Colours are written as "r,g,b,a", which it writes itself.

DROP VIEW layer_definition_style;
-- The symbol of a definition as a style for QGIS; as 090 has it, but for the colours.
CREATE VIEW layer_definition_style AS
WITH definition AS (
  SELECT layer_id, id, json, json_extract(json, '$.control.symbol.fill') AS fill, json_extract(json, '$.control.symbol.edge') AS edge,
         CAST(round(255 * coalesce(json_extract(json, '$.control.symbol.alpha'), 0.5)) AS INTEGER) AS alpha,
         printf('%.2f', coalesce(json_extract(json, '$.control.symbol.width'), 0.8) * 0.3528) AS width,
         CASE WHEN coalesce(json_extract(json, '$.control.symbol.dashed'), 0) THEN 'dash' ELSE 'solid' END AS dash
  FROM layer_definition WHERE json_extract(json, '$.control.symbol.fill') IS NOT NULL
), zone AS ( -- texts as they stand in an expression, '' doubled
  SELECT d.id AS definition, z.key AS n, replace(json_extract(z.value, '$.name'), '''', '''''') AS name,
         json_extract(z.value, '$.name') AS title, json_extract(z.value, '$.fill') AS fill,
         (SELECT group_concat('"zone" LIKE ''' || replace(c.value, '''', '''''') || '%''', ' OR ')
          FROM json_each(z.value, '$.codes') c) AS codes,
         '("zone" LIKE ''%' || replace(json_extract(z.value, '$.has'), '''', '''''') || '%''' ||
         coalesce((SELECT group_concat(' AND "zone" NOT LIKE ''%' || replace(c.value, '''', '''''') || '%''', '')
                   FROM json_each(z.value, '$.has_not') c), '') || ')' AS named
  FROM definition d, json_each(d.json, '$.control.zones') z ORDER BY d.id, z.key
), zoned AS (
  SELECT definition,
         'CASE' || group_concat(' WHEN "zone" = ''' || name || ''' OR ' || coalesce(codes, named) || ' THEN ''' ||
                                CASE WHEN fill IS NULL THEN '' ELSE name END || '''', '') || ' ELSE '''' END' AS expression,
         group_concat(CASE WHEN fill IS NULL THEN '' ELSE '<category symbol="' || n || '" value="' || title || '" label="' || title ||
                      '" render="true"/>' END, '') AS categories
  FROM (SELECT definition, n, name, fill, codes, named,
               replace(replace(replace(title, '&', '&amp;'), '<', '&lt;'), '"', '&quot;') AS title FROM zone)
  GROUP BY definition HAVING count(fill) > 0
), drawn (definition, name, fill, alpha, edge, dash, width) AS (
  SELECT d.id, z.n, z.fill, d.alpha, d.edge, d.dash, d.width FROM definition d JOIN zone z ON z.definition = d.id WHERE z.fill IS NOT NULL
  UNION ALL SELECT d.id, CASE WHEN s.definition IS NULL THEN '0' ELSE 'rest' END, d.fill, d.alpha, d.edge, d.dash, d.width
            FROM definition d LEFT JOIN zoned s ON s.definition = d.id
), digits (d) AS (VALUES ('0123456789abcdef')
), painted AS (
  SELECT drawn.*, printf('%d,%d,%d,%d', 16 * (instr(d, substr(fill, 2, 1)) - 1) + instr(d, substr(fill, 3, 1)) - 1,
                         16 * (instr(d, substr(fill, 4, 1)) - 1) + instr(d, substr(fill, 5, 1)) - 1,
                         16 * (instr(d, substr(fill, 6, 1)) - 1) + instr(d, substr(fill, 7, 1)) - 1, alpha) AS colour
  FROM drawn, digits
), symbols AS (
  SELECT definition, group_concat('<symbol type="fill" name="' || name || '" alpha="1" clip_to_extent="1" force_rhr="0">' ||
    '<layer class="SimpleFill" enabled="1" locked="0" pass="0"><prop k="color" v="' || colour || '"/>' ||
    '<prop k="style" v="solid"/><prop k="outline_color" v="' || edge || '"/><prop k="outline_style" v="' || dash || '"/>' ||
    '<prop k="outline_width" v="' || width || '"/><prop k="outline_width_unit" v="MM"/><prop k="joinstyle" v="round"/></layer></symbol>',
    '') AS xml
  FROM painted GROUP BY definition
)
SELECT d.layer_id, d.id AS definition,
  '<!DOCTYPE qgis PUBLIC ''http://mrcc.com/qgis.dtd'' ''SYSTEM''><qgis version="3.16" styleCategories="Symbology">' ||
  CASE WHEN z.definition IS NULL THEN '<renderer-v2 type="singleSymbol" symbollevels="0" enableorderby="0" forceraster="0">'
  ELSE '<renderer-v2 type="categorizedSymbol" symbollevels="0" enableorderby="0" forceraster="0" attr="' ||
       replace(replace(replace(z.expression, '&', '&amp;'), '<', '&lt;'), '"', '&quot;') || '"><categories>' || z.categories ||
       '<category symbol="rest" value="" label="" render="true"/></categories>' END ||
  '<symbols>' || s.xml || '</symbols></renderer-v2></qgis>' AS qml
FROM definition d JOIN symbols s ON s.definition = d.id LEFT JOIN zoned z ON z.definition = d.id;

-- Styles that are ours and hold such a colour are made again; QGIS writes none like it, so that what somebody saved from there stays.
UPDATE layer_styles SET styleQML = (
    SELECT CASE WHEN f_table_name = s.layer_id THEN s.qml ELSE replace(s.qml, '&quot;zone&quot;', '&quot;分区&quot;') END
    FROM layer_definition_style s JOIN layer_definition d ON d.id = s.definition WHERE d.current = 1 AND s.layer_id = styleName)
  WHERE owner = 'hongxian' AND description = '取自图层定义 / from the definition of the layer'
    AND styleQML LIKE '%<prop k="color" v="#%' AND styleName IN (SELECT s.layer_id FROM layer_definition_style s JOIN layer_definition d ON d.id = s.definition WHERE d.current = 1);
