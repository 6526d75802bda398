/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples that carry a label in their first numbers (G. Hinton, "The forward-forward algorithm: some preliminary
 * investigations", 2022, section 3.3): one copy for every class, or one that says nothing. */
#include "cj-error.h"
#include "cj-layer.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

enum
{
  SHOW_EVERY,
  SHOW_NEUTRAL
};

typedef struct
{
  int show;
  int classes;
} Params;

static const char *const shows[] = { "every", "neutral", NULL };

static const CjParam params[] = {
  { .name = "show",
    .title = "Labels",
    .blurb = "every: the sample as often as there are classes, each with another label, so that a "
             "network says of each how well it fits; neutral: once, with a label of no class",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, show),
    .preset = SHOW_EVERY,
    .choices = shows,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "classes",
    .title = "Classes",
    .blurb = "How many labels there are; 0: as many as the data have classes",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, classes),
    .max = 1000,
    .soft_max = 100,
    .flags = CJ_PARAM_RESHAPES },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const CjLabelAttrs attrs
      = { .kind = p->show == SHOW_EVERY ? CJ_LABEL_EVERY : CJ_LABEL_NEUTRAL,
          .n_classes = p->classes > 0 ? p->classes : (gint64) build->n_classes };
  gint64 width = x->n_dims > 0 ? cj_shape_size (x) / MAX (x->dims[0], 1) : 1;

  if (attrs.n_classes < 1)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("cannot know how many labels there are from data without classes. Set its "
                      "number of classes."));
      build->set = g_strdup ("classes=10");
      return FALSE;
    }
  if (width < attrs.n_classes)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_SHAPE,
          _ ("needs at least as many numbers a sample as there are labels, %d, and got %d. "
             "Put it behind something wider."),
          (int) attrs.n_classes, (int) width);
      return FALSE;
    }
  if (attrs.kind == CJ_LABEL_EVERY && x->n_dims != 2)
    build->mend = "flatten"; /* the op refuses */
  return cj_layer_build_simple (build, &cj_op_label, &attrs, error);
}

static const CjPort inputs[] = { { "x", "Numbers", "N …", CJ_PORT_REQUIRED }, { NULL } };
static const CjPort outputs[] = { { "y", "With labels", "N K …", CJ_PORT_REQUIRED }, { NULL } };

const CjLayerInfo cj_layer_label_overlay = {
  .abi = CJ_LAYER_ABI,
  .id = "label-overlay",
  .title = "Label overlay",
  .category = "combine",
  .blurb
  = "Writes a label into the first numbers of a sample, for networks that say how well the two "
    "go together",
  .formula = "y[k] = x with x[1 … K] = darkest, but x[k] = brightest, for k = 1 … K (Hinton 2022)",
  .biology = "Expectation: a guess at what is there comes in together with what is seen",
  .synonyms = "forward-forward embed class candidate negative hint",
  .version = 1,
  .inputs = inputs,
  .outputs = outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
