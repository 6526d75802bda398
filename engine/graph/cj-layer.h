/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a layer file fills in. A layer is what a person drags: parameters, words, ports, and a function
 * that emits ops. It contains no kernel and no gradient. */
#pragma once

#include "cj-builder.h"
#include "cj-catalogue.h"
#include "cj-ops.h"
#include "cj-param.h"

G_BEGIN_DECLS

#define CJ_LAYER_ABI 1
#define CJ_LAYER_MAX_IN 8
#define CJ_LAYER_MAX_OUT 4

typedef enum
{
  CJ_ROLE_LAYER,
  CJ_ROLE_INPUT, /* where data comes in; no inputs of its own */
  CJ_ROLE_LOSS   /* makes the number that training lowers; its port "target" is y unless wired */
} CjLayerRole;

typedef enum
{
  CJ_PORT_REQUIRED,
  CJ_PORT_OPTIONAL,
  CJ_PORT_MANY /* the last one: one wire or more, up to CJ_LAYER_MAX_IN in all */
} CjPortKind;

/* Tables end with a name of NULL. */
typedef struct
{
  const char *name;  /* "x" */
  const char *title; /* "Query" */
  const char *shape; /* with letters: "N C H W" */
  CjPortKind kind;
} CjPort;

/* One node while it is built. */
typedef struct
{
  CjBuilder *builder;
  const char *node; /* id, the first part of parameter names */
  gconstpointer params;
  guint n_in;
  int in[CJ_LAYER_MAX_IN];   /* values; CJ_NO_VALUE where nothing is wired */
  int out[CJ_LAYER_MAX_OUT]; /* to fill, one value a port of outputs */
  guint n_classes;           /* of the data, 0 if it has none */
  guint n_words;             /* of the data: its tokens are smaller; 0: not known */
  const char *mend;          /* set when refusing: id of a layer that put before would help */
  guint mend_port;           /* ... before this input */
  char *set;                 /* set when refusing: "words=60", a parameter that would help; owned */
  char *note;                /* set when building: worth knowing, reads on from the layer's name */
} CjLayerBuild;

typedef struct
{
  guint abi;      /* CJ_LAYER_ABI */
  gsize size;     /* sizeof (CjLayerInfo), in a plugin; new fields come last */
  const char *id; /* kebab-case, never changes; in a plugin vendor:name */
  const char *title;
  const char *category; /* "core", "activation", "normalisation", "attention" ... */
  const char *blurb;    /* one sentence */
  const char *formula;  /* plain text */
  const char *biology;  /* counterpart in the brain, NULL if there is none worth telling */
  const char *synonyms; /* other names people type, space separated, or NULL */
  guint version;
  CjLayerRole role;
  const CjPort *inputs;  /* NULL: one, "x" */
  const CjPort *outputs; /* NULL: one, "y" */
  gsize params_size;
  const CjParam *params;

  /* Emits the ops and fills out[]; or refuses with a sentence that reads on from the layer's name. */
  gboolean (*build) (CjLayerBuild *build, GError **error);
  /* How many of `inputs`, at least 1, a node with these parameters has; NULL: all. */
  guint (*count_in) (gconstpointer params);
} CjLayerInfo;

/* What the two below read; plugins are added to it. */
extern CjCatalogue cj_layer_catalogue;

/* All layers, NULL-terminated, and one by id or NULL. */
const CjLayerInfo *const *cj_layers (void);
const CjLayerInfo *cj_layer_find (const char *id);

typedef enum
{
  CJ_LAYER_MATCH_NONE,
  CJ_LAYER_MATCH_PART,   /* the word stands somewhere in id, title or synonyms */
  CJ_LAYER_MATCH_PREFIX, /* of the id or a synonym */
  CJ_LAYER_MATCH_SYNONYM,
  CJ_LAYER_MATCH_ID
} CjLayerMatch;

/* How well a typed word names a layer, in small or capital letters. */
CjLayerMatch cj_layer_match (const CjLayerInfo *layer, const char *word);

/* Ports; a port for many counts one. Of inputs the most that a node can have: cj_node_get_n_in. */
guint cj_layer_get_n_in (const CjLayerInfo *layer);
guint cj_layer_get_n_out (const CjLayerInfo *layer);
const CjPort *cj_layer_get_input (const CjLayerInfo *layer, guint port);
const CjPort *cj_layer_get_output (const CjLayerInfo *layer, guint port);
gboolean cj_layer_takes_many (const CjLayerInfo *layer);

/* For build functions: the shape of input `port`; borrowed until something is emitted. */
const CjShape *cj_layer_build_shape (const CjLayerBuild *build, guint port);

/* For build functions: a learned parameter of this node. */
int cj_layer_build_param (CjLayerBuild *build, const char *name, const CjShape *shape, CjInit init);

/* For build functions: emits an op on `in`; FALSE and the op's refusal. Its first result goes to
 * *out. */
gboolean cj_layer_build_emit (CjLayerBuild *build, const CjOpInfo *info, gconstpointer attrs,
                              const int *in, guint n_in, int *out, GError **error);

/* For build functions: refuses input `port`, which should be a sequence of vectors, and names the layer
 * that makes one of it. Always FALSE. */
gboolean cj_layer_build_refuse_sequence (CjLayerBuild *build, guint port, GError **error);

/* For build functions: one op on in[0] makes out[0]. */
gboolean cj_layer_build_simple (CjLayerBuild *build, const CjOpInfo *info, gconstpointer attrs,
                                GError **error);

G_END_DECLS
