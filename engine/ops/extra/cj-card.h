/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One operator of an imported model as a card of the canvas: what a person can read and type, and how it is run
 * between values that are all float32. Three lines of text:
 *   operator    name@version/results          "Split@13/2"
 *   attributes  name:kind=value, by spaces    "axis:i=1 pads:I=0,1 alpha:f=0.5 mode:s=linear value:t=float[1]=0"
 *               (kinds i f s t and lists I F S; % and two hexadecimal digits stand for odd characters)
 *   inputs      one word an input, by spaces  "x:float" comes by a wire, of that element type; "x:int64/0" is a
 *               scalar; "-" is not given; "int64[2]=1,-1" are numbers; "float[3x4]" lies among the weights,
 *               and "float[1x4]~0" is stretched along that dimension as far as the batch goes. */
#pragma once

#include "cj-extra.h"
#include "cj-op.h"

G_BEGIN_DECLS

#define CJ_CARD_TEXT 256 /* CJ_PARAM_TEXT_SIZE */

typedef struct
{
  char op[CJ_CARD_TEXT];
  char attrs[CJ_CARD_TEXT];
  char inputs[CJ_CARD_TEXT];
} CjCardText;

typedef enum
{
  CJ_SLOT_NONE,
  CJ_SLOT_WIRE,
  CJ_SLOT_NUMBERS,
  CJ_SLOT_WEIGHTS
} CjSlotKind;

typedef struct
{
  CjSlotKind kind;
  CjArrayType type;
  gboolean scalar; /* of a wire */
  CjDims dims;     /* of numbers and weights */
  int stretch;     /* dimension that follows the batch, -1: none */
  CjArray *numbers;
} CjSlot;

typedef struct
{
  CjExtraNode *node;
  guint n_out;
  guint n_slots, n_wires, n_weights;
  CjSlot slots[CJ_OP_MAX_IN];
} CjCard;

/* Reads the text; the error names the word that is wrong. You free. */
CjCard *cj_card_parse (const CjCardText *text, GError **error);
void cj_card_free (CjCard *card);

/* The text of an element: a type with its shape and numbers "int64[2]=1,-1", or without them "int64[2]". You
 * free. The reverse; NULL: it is no such text, or `size` numbers are not there. */
char *cj_card_print_array (const CjArray *array, gboolean with_numbers);

/* A text for an attribute; NULL: of a kind that cards have no word for. You free. */
char *cj_card_print_attr (const CjAttr *attr);

/* Runs it: `wires` and `weights` are float32 in order; results are float32. */
gboolean cj_card_run (const CjCard *card, CjArray *const *wires, CjArray *const *weights,
                      CjArray **out, GError **error);

/* The op; attributes are a CjCardText. Inputs: wires, then weights. For answers only: it has no gradient. */
extern const CjOpInfo cj_op_card;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjCard, cj_card_free)

G_END_DECLS
