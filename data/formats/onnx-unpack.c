/* SPDX-License-Identifier: GPL-3.0-or-later */
/* protobuf-c follows messages as deep as they go and takes what memory they ask for; so the bytes are walked
 * through first, and its memory is counted. */
#include "onnx-private.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>

/* A small field of a byte or two becomes a struct: 32 times the file is what honest models stay below. */
#define MEMORY_FACTOR 32
#define MEMORY_LEAST ((gsize) 16 << 20)
#define MEMORY_MOST ((gsize) 6 << 30)
#define HEADER 16 /* bytes before a block: its size */

/* --- memory --- */

static void *
take_block (void *data, size_t size)
{
  CjdOnnxMemory *memory = data;
  guint8 *block;

  if (size > memory->most - memory->taken)
    return NULL;
  block = g_try_malloc (size + HEADER);
  if (block == NULL)
    return NULL;
  memcpy (block, &size, sizeof size);
  memory->taken += size;
  return block + HEADER;
}

static void
free_block (void *data, void *block)
{
  CjdOnnxMemory *memory = data;
  size_t size;

  if (block == NULL)
    return;
  memcpy (&size, (guint8 *) block - HEADER, sizeof size);
  memory->taken -= size;
  g_free ((guint8 *) block - HEADER);
}

/* --- structure --- */

typedef struct
{
  const ProtobufCMessageDescriptor *message;
  const guint8 *end;
  guint64 seen; /* bits of the single messages there were, by their place in the descriptor */
} Level;

typedef struct
{
  const guint8 *at;
  Level levels[CJD_ONNX_MAX_DEPTH];
  guint depth;
} Walk;

static gboolean
refuse (GError **error)
{
  g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, _ ("it is no ONNX file, or it is damaged"));
  return FALSE;
}

static gboolean
read_varint (Walk *walk, const guint8 *end, guint64 *value)
{
  *value = 0;
  for (guint shift = 0; shift < 70; shift += 7)
    {
      if (walk->at == end)
        return FALSE;
      *value |= shift < 64 ? (guint64) (*walk->at & 127) << shift : 0;
      if ((*walk->at++ & 128) == 0)
        return TRUE;
    }
  return FALSE;
}

/* A field with its length before it: a message is gone into, all else passed. */
static gboolean
pass_length (Walk *walk, guint32 tag, GError **error)
{
  Level *level = &walk->levels[walk->depth - 1];
  const ProtobufCFieldDescriptor *field
      = protobuf_c_message_descriptor_get_field (level->message, tag);
  guint64 length;

  if (!read_varint (walk, level->end, &length) || length > (guint64) (level->end - walk->at))
    return refuse (error);
  if (field == NULL || field->type != PROTOBUF_C_TYPE_MESSAGE)
    {
      walk->at += length;
      return TRUE;
    }
  if (field->label != PROTOBUF_C_LABEL_REPEATED)
    {
      /* one that comes twice would be merged, at a cost that grows with the square of their number */
      const guint64 bit = (guint64) 1 << (field - level->message->fields);

      if (level->seen & bit)
        return refuse (error);
      level->seen |= bit;
    }
  if (walk->depth == CJD_ONNX_MAX_DEPTH)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("its graphs lie in each other more than %d messages deep"),
                   CJD_ONNX_MAX_DEPTH);
      return FALSE;
    }
  walk->levels[walk->depth++] = (Level){ field->descriptor, walk->at + length, 0 };
  return TRUE;
}

static gboolean
pass_field (Walk *walk, GError **error)
{
  const guint8 *end = walk->levels[walk->depth - 1].end;
  guint64 key, value;
  gsize skip = 0;

  if (!read_varint (walk, end, &key) || key >> 3 == 0 || key >> 3 > G_MAXUINT32 >> 3)
    return refuse (error);
  switch (key & 7)
    {
    case 0:
      return read_varint (walk, end, &value) || refuse (error);
    case 1:
      skip = 8;
      break;
    case 2:
      return pass_length (walk, (guint32) (key >> 3), error);
    case 5:
      skip = 4;
      break;
    default:
      return refuse (error);
    }
  if ((gsize) (end - walk->at) < skip)
    return refuse (error);
  walk->at += skip;
  return TRUE;
}

static gboolean
walk_through (const ProtobufCMessageDescriptor *descriptor, const guint8 *data, gsize size,
              GError **error)
{
  g_autofree Walk *walk = g_new0 (Walk, 1);

  walk->at = data;
  walk->levels[walk->depth++] = (Level){ descriptor, data + size, 0 };
  while (walk->depth > 0)
    if (walk->at == walk->levels[walk->depth - 1].end)
      walk->depth--;
    else if (!pass_field (walk, error))
      return FALSE;
  return TRUE;
}

ProtobufCMessage *
cjd_onnx_unpack (const ProtobufCMessageDescriptor *descriptor, GBytes *bytes, CjdOnnxMemory *memory,
                 GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  ProtobufCMessage *message;

  *memory = (CjdOnnxMemory){ { take_block, free_block, memory }, 0, 0 };
  memory->most = MIN (MEMORY_MOST, MEMORY_LEAST + MIN (size, MEMORY_MOST) * MEMORY_FACTOR);
  if (size == 0)
    {
      refuse (error);
      return NULL;
    }
  if (!walk_through (descriptor, data, size, error))
    return NULL;
  message = protobuf_c_message_unpack (descriptor, &memory->allocator, size, data);
  if (message == NULL)
    refuse (error);
  return message;
}
