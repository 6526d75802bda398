/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model, and a tensor, a sequence and an optional value, of the same bytes; a model whose inputs are small numbers is
 * run too, as it is written and as layers of the canvas. */
#include "cjl-onnx-import.h"
#include "fuzz.h"

#include <string.h>

#define MAX_INPUTS 8

/* Zeros of the shape that the model says, three where a dimension is free; NULL: none, or a large one. */
static GPtrArray *
make_inputs (const CjdOnnx *model)
{
  g_autoptr (GPtrArray) infos = cjl_onnx_list_inputs (model->graph);
  g_autoptr (GPtrArray) inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) cj_array_unref);

  for (guint i = 0; i < infos->len; i++)
    {
      const CjdOnnxInfo *info = infos->pdata[i];
      CjDims dims = { .n = info->n };
      gint64 size = 1;

      for (guint k = 0; k < info->n; k++)
        {
          dims.d[k] = info->d[k] < 0 ? 3 : info->d[k];
          if (dims.d[k] > 64 || (size *= MAX (dims.d[k], 1)) > 4096)
            return NULL;
        }
      g_ptr_array_add (inputs, cj_array_new (info->type, &dims, NULL));
    }
  return infos->len <= MAX_INPUTS ? g_steal_pointer (&inputs) : NULL;
}

/* Operators that cannot take long, a space before and behind each. */
static const char quick[]
    = " "
      "Add Relu Reshape Concat Slice Gather Transpose Squeeze Softmax Split TopK Unique "
      "CumSum Where ReduceSum Unsqueeze Gemm MatMul Einsum OneHot NonZero Cast Shape "
      "Flatten ArgMax LSTM GRU ScatterND Conv MaxPool Tanh Mul Div Sub Pow Sqrt Erf If RNN "
      "Pad Expand ReduceMean QuantizeLinear DequantizeLinear QLinearConv QLinearMatMul "
      "BatchNormalization AffineGrid Attention BiasGelu CenterCropPad Col2Im "
      "ConcatFromSequence DeformConv DynamicQuantizeMatMul EmbedLayerNormalization "
      "FastGelu FusedConv FusedGemm FusedMatMul Gelu GroupNormalization Identity "
      "LayerNormalization MatMulIntegerToFloat MatMulNBits Mish MultiHeadAttention "
      "Optional OptionalGetElement OptionalHasElement QAttention QGemm QLinearAdd "
      "QLinearAveragePool QLinearConcat QLinearGlobalAveragePool QLinearLeakyRelu "
      "QLinearMul QLinearReduceMean QLinearSigmoid QLinearSoftmax QLinearWhere QuickGelu "
      "RMSNormalization RotaryEmbedding SequenceAt SequenceConstruct SequenceEmpty "
      "SequenceErase SequenceInsert SequenceLength SequenceMap SkipLayerNormalization "
      "SkipSimplifiedLayerNormalization SplitToSequence TensorScatter ";

/* Whether no node can take long however small the file is. */
static gboolean
is_quick (const CjdOnnx *model)
{
  for (guint i = 0; i < model->graph->nodes->len; i++)
    {
      const CjdOnnxNode *node = model->graph->nodes->pdata[i];
      g_autofree char *word = g_strconcat (" ", node->op->op, " ", NULL);

      if (strstr (quick, word) == NULL || strchr (word + 1, ' ') != word + strlen (word) - 1)
        return FALSE;
    }
  return model->graph->nodes->len < 48 && model->functions->len == 0;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL, other = NULL;
  g_autoptr (CjdOnnx) model = cjd_onnx_parse (bytes, NULL, &error);
  g_autoptr (CjArray) array = cjd_onnx_tensor_parse (bytes, &other);
  g_autoptr (GPtrArray) inputs = NULL, outputs = NULL;

  fuzz_check (model != NULL, error);
  fuzz_check (array != NULL, other);
  for (int kind = CJD_ONNX_SEQUENCE; kind <= CJD_ONNX_OTHER; kind++)
    {
      g_autoptr (GError) wrong = NULL;
      g_autoptr (CjArray) value = cjd_onnx_value_parse (bytes, (CjdOnnxKind) kind, &wrong);

      fuzz_check (value != NULL, wrong);
    }
  if (model == NULL)
    return 0;
  g_free (cjl_onnx_print_unknown (model));
  g_ptr_array_unref (cjl_onnx_list_unknown (model));
  inputs = is_quick (model) ? make_inputs (model) : NULL;
  if (inputs != NULL)
    {
      g_autoptr (GError) wrong = NULL;

      outputs = cjl_onnx_run (model, (CjArray *const *) inputs->pdata, inputs->len, NULL, &wrong);
      fuzz_check (outputs != NULL, wrong);
      g_clear_error (&wrong);
      g_clear_pointer (&outputs, g_ptr_array_unref);
      outputs = cjl_onnx_answer_on_canvas (model, (CjArray *const *) inputs->pdata, inputs->len,
                                           &wrong);
      fuzz_check (outputs != NULL, wrong);
    }
  return 0;
}
