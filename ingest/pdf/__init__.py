"""From a PDF's characters to lines, paragraphs and notes, and back to places on its pages."""
