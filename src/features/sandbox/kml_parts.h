/* What the two passes over a KML share: the first finds the fields, the folders and what there is besides
 * polygons, the second gives the placemarks out. Private to sandbox/. */
#ifndef HX_FEATURES_SANDBOX_KML_PARTS_H
#define HX_FEATURES_SANDBOX_KML_PARTS_H

#include "features/sandbox/kml_feed.h"
#include "features/sandbox/kml_shape.h"

enum { KML_FIELDS_MAX = 2000, KML_DEPTH_MAX = 200, KML_FOLDERS_MAX = 100000, KML_NAME = 48 };
enum { KML_FIELD_NAME, KML_FIELD_DESCRIPTION, KML_FIELD_FOLDER, KML_FIELDS_OWN };

struct kml_placemark {
    bool open;
    int depth; /* of the element itself */
    unsigned long line;
    int polygons, lines, points, tracks, models;
};
/* By kind: what a file holds besides placemarks of polygons. */
enum kml_other { KML_POINTS, KML_OVERLAYS, KML_MODELS, KML_OTHERS };

struct kml {
    struct child *c;
    struct kml_file file;
    XML_Parser parser;
    bool giving; /* the second pass */
    bool stopped;
    enum status status;
    struct error error;

    int depth;
    char names[KML_DEPTH_MAX][KML_NAME]; /* of the open elements */
    struct buffer text;                  /* of the innermost element that wants it */
    unsigned long text_line;
    bool wants_text;

    int folders[KML_DEPTH_MAX]; /* numbers of the open folders and documents */
    int n_open_folders;
    const char **folder_names;   /* by their number, from the first pass */
    int n_folders, folder_count; /* in all; met in this pass */

    const char *fields[KML_FIELDS_MAX], *aliases[KML_FIELDS_MAX];
    enum feature_type types[KML_FIELDS_MAX];
    size_t n_fields;
    const char *values[KML_FIELDS_MAX];
    int data_field, data_depth; /* the field of the open <Data>, -1 none */

    struct kml_placemark placemark;
    struct kml_shape shape;
    int64_t n_placemarks; /* that are records */
    int64_t others[KML_OTHERS];
    const char *coord_type; /* of Ovital's OvCoordType, when it is not WGS 84 */
    bool is_kml;
};

/* kml_place.c: the end of a placemark. */
void kml_placemark_end(struct kml *k);
void kml_fail(struct kml *k, enum status s, const struct error *why);
/* The number of a field, which is new perhaps; -1 when there are too many. */
int kml_field(struct kml *k, const char *name);

#endif
